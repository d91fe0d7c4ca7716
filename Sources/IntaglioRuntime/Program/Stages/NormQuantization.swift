import IntaglioNumerics

/// Rows of integers normalized and quantized, (19) to (22).
struct NormQuantization: Sendable {
  /// Normalized values first, codes of them as of accumulators.
  struct FixedPoint: Sendable {
    /// i32, `[rows, columns]` of a block.
    let normalized: Region
    /// Normalized values → codes.
    let codes: Requantization
  }

  /// Codes at once, with squares compared in rows that two bounds leave undecided.
  struct Exact: Sendable {
    /// columns · 2^left, i32 per column.
    let weights: Region
    /// i32 per column.
    let multipliers: Table
    /// i32 per column: those that make no code too large, and no code too small.
    let lower: Table
    let upper: Table
    let scaling: IntegerNormalizeKernels.CodeScaling
    /// Which rows of a block are undecided, a byte each.
    let undecided: Region
    /// The upper codes of one row.
    let others: Region
    let lefts: [Int]
    let isCentered: Bool
    let epsilon: Rational
    let rules: ExactRules
    /// Which rule each column follows, i32.
    let rule: Table
    /// What is added to a code before it is stored.
    let bias: Int
  }

  enum Method: Sendable {
    case fixedPoint(FixedPoint)
    case exact(Exact)
  }

  let constants: IntegerNormalizeKernels.Constants
  /// u8 per column; `nil` where nothing is shifted.
  let left: Region?
  let method: Method
}

extension NormQuantization: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    writer.write(constants.isCentered)
    writer.write(constants.epsilon)
    for number in [constants.scaleBits, constants.rootBits, constants.fractionBits] {
      writer.write(number)
    }
    try writer.write(left)
    switch method {
    case .fixedPoint(let fixedPoint):
      writer.write(UInt8(0))
      try writer.write(fixedPoint.normalized)
      try writer.write(fixedPoint.codes)
    case .exact(let exact):
      writer.write(UInt8(1))
      try writer.write(exact)
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    constants = IntegerNormalizeKernels.Constants(
      isCentered: try reader.flag(),
      epsilon: try reader.number(),
      scaleBits: try reader.count(),
      rootBits: try reader.count(),
      fractionBits: try reader.count()
    )
    guard constants.isValid else { throw reader.malformed("the constants of a norm") }
    left = try reader.optional()
    switch try reader.number(UInt8.self) {
    case 0:
      method = .fixedPoint(
        FixedPoint(
          normalized: try reader.value(),
          codes: try reader.value()
        )
      )
    case 1: method = .exact(try reader.value())
    default: throw reader.malformed("a method of normalization")
    }
  }
}

extension NormQuantization.Exact: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(weights)
    for table in [multipliers, lower, upper] { try writer.write(table) }
    writer.write(scaling.shift)
    writer.write(scaling.errorMargin)
    writer.write(scaling.limits)
    writer.write(scaling.isSmall)
    try writer.write(undecided)
    try writer.write(others)
    try writer.write(lefts)
    writer.write(isCentered)
    try writer.write(StoredRatio(epsilon))
    try writer.write(rules)
    try writer.write(rule)
    writer.write(bias)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    weights = try reader.value()
    (multipliers, lower, upper) = (try reader.value(), try reader.value(), try reader.value())
    scaling = IntegerNormalizeKernels.CodeScaling(
      shift: try reader.count(),
      errorMargin: try reader.count(),
      limits: try reader.range(),
      isSmall: try reader.flag()
    )
    undecided = try reader.value()
    others = try reader.value()
    lefts = try reader.values()
    isCentered = try reader.flag()
    epsilon = try reader.value(StoredRatio.self).value
    let stored = Int32(Int8.min)...Int32(UInt8.max)
    guard lefts.allSatisfy((0...31).contains), scaling.shift <= 31,
      stored.contains(scaling.limits.lowerBound), stored.contains(scaling.limits.upperBound)
    else {
      throw reader.malformed("the constants of a norm")
    }
    rules = try reader.value()
    rule = try reader.value()
    bias = try reader.integer()
  }
}

extension IntegerNormalizeKernels.Constants {
  /// Whether the kernel takes them.
  fileprivate var isValid: Bool {
    (0...124).contains(scaleBits) && scaleBits % 2 == 0 && (1...31).contains(rootBits)
      && (0...62).contains(fractionBits) && epsilon < 1 << 126
  }
}

extension NormQuantization: Separable {
  func separated() -> NormQuantization {
    NormQuantization(constants: constants, left: left, method: method.separated())
  }
}

extension NormQuantization.Method: Separable {
  func separated() -> NormQuantization.Method {
    switch self {
    case .fixedPoint(let fixedPoint):
      .fixedPoint(
        NormQuantization.FixedPoint(
          normalized: fixedPoint.normalized,
          codes: fixedPoint.codes.separated()
        )
      )
    case .exact(let exact): .exact(exact.separated())
    }
  }
}

extension NormQuantization.Exact: Separable {
  func separated() -> NormQuantization.Exact {
    NormQuantization.Exact(
      weights: weights,
      multipliers: multipliers.separated(),
      lower: lower.separated(),
      upper: upper.separated(),
      scaling: scaling,
      undecided: undecided,
      others: others,
      lefts: lefts.separated(),
      isCentered: isCentered,
      epsilon: epsilon,
      rules: rules,
      rule: rule.separated(),
      bias: bias
    )
  }
}
