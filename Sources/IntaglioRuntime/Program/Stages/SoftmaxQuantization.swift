/// Scores → codes of their softmax, (23) to (25).
struct SoftmaxQuantization: Sendable {
  struct Rule: Sendable {
    let constants: IntegerSoftmaxKernels.Constants
    /// u32 of fractions or u16 of distances, as the exponential reads it.
    let table: Region?
  }

  let rules: [Rule]
  /// Which rule each outer iteration follows.
  let starts: [Int]
  /// `scratchCount` of u32.
  let scratch: Region
}

extension SoftmaxQuantization: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(rules)
    try writer.write(starts)
    try writer.write(scratch)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    rules = try reader.values()
    starts = try reader.values()
    scratch = try reader.value()
  }
}

extension SoftmaxQuantization.Rule: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    switch constants.exponential {
    case .base2(let multiplier, let shift, let cap, let fractionBits):
      writer.write(UInt8(0))
      writer.write(multiplier)
      writer.write(shift)
      writer.write(cap)
      writer.write(fractionBits)
    case .shiftmax(let x0, let n):
      writer.write(UInt8(1))
      writer.write(x0)
      writer.write(n)
    case .distances(let count):
      writer.write(UInt8(2))
      writer.write(count)
    case .base2Product(let multiplier, let shift, let cap, let dropped):
      writer.write(UInt8(3))
      writer.write(multiplier)
      writer.write(shift)
      writer.write(cap)
      writer.write(dropped)
    }
    writer.write(constants.isNegative)
    writer.write(constants.scale.numerator)
    writer.write(constants.scale.denominator)
    writer.write(constants.zeroPoint)
    writer.write(constants.zeroIsBeforeRounding)
    writer.write(constants.codes)
    writer.write(constants.bias)
    try writer.write(table)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    let exponential: IntegerSoftmaxKernels.Exponential
    switch try reader.number(UInt8.self) {
    case 0:
      exponential = .base2(
        multiplier: try reader.number(),
        shift: try reader.count(),
        cap: try reader.number(),
        fractionBits: try reader.count()
      )
    case 1: exponential = .shiftmax(x0: try reader.number(), n: try reader.count())
    case 2: exponential = .distances(count: try reader.positive())
    case 3:
      exponential = .base2Product(
        multiplier: try reader.number(),
        shift: try reader.count(),
        cap: try reader.number(),
        dropped: try reader.count()
      )
    default: throw reader.malformed("an exponential")
    }
    constants = IntegerSoftmaxKernels.Constants(
      exponential: exponential,
      isNegative: try reader.flag(),
      scale: (try reader.number(), try reader.number()),
      zeroPoint: try reader.number(),
      zeroIsBeforeRounding: try reader.flag(),
      codes: try reader.range(),
      bias: try reader.number()
    )
    guard constants.isValid else { throw reader.malformed("constants of a softmax") }
    table = try reader.optional()
  }
}

extension IntegerSoftmaxKernels.Constants {
  /// Whether the kernel takes them.
  fileprivate var isValid: Bool {
    let far = Int32(1) << 20
    let hasExponential =
      switch exponential {
      case .base2(let multiplier, let shift, let cap, let fractionBits):
        multiplier < 1 << 31 && shift <= 62 && fractionBits <= 12
          && (UInt64(cap) * UInt64(multiplier)) >> UInt64(shift) < 1 << 31
      case .base2Product(let multiplier, let shift, let cap, let dropped):
        // u of the cap is a word.
        (1...16).contains(shift) && dropped <= 16
          && (Int(cap) * Int(multiplier) + 1 << (shift - 1)) >> shift < 1 << 16
      case .shiftmax(let x0, let n): x0 < 0 && x0 > -(1 << 16) && n <= 15
      case .distances(let count): count <= 512 && count % 64 == 0
      }
    return hasExponential && scale.numerator > 0 && scale.numerator < 1 << 40
      && scale.denominator > 0 && scale.denominator < 1 << 62
      && zeroPoint > -far && zeroPoint < far
      && codes.lowerBound > -far && codes.upperBound < far
      && codes.upperBound - codes.lowerBound < 256 && bias > -far && bias < far
  }
}

extension SoftmaxQuantization: Separable {
  func separated() -> SoftmaxQuantization {
    SoftmaxQuantization(rules: rules.map { $0 }, starts: starts.separated(), scratch: scratch)
  }
}
