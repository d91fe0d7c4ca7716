import IntaglioGraph
import IntaglioNumerics

extension Stage: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(operation)
    try writer.write(output)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    operation = try reader.value()
    output = try reader.value()
  }
}

extension Stage.Operation: StoredInPlan {
  /// Which operation follows.
  private enum Kind: UInt8 {
    case widen, dequantizeCentered, dequantizeAffine, quantize, quantizeWide, requantizeSteps
    case requantizeDyadic, requantizeExactly, function, softmax, layerNorm, rmsNorm, real, integer,
      lookup, stream
    case norm, integerSoftmax, lookupCells
  }

  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    switch self {
    case .widen(let format): try writer.write(Kind.widen, ElementFormat.code(format))
    case .dequantizeCentered(let zero, let scale):
      try writer.write(Kind.dequantizeCentered, zero, scale)
    case .dequantizeAffine(let scale, let offset):
      try writer.write(Kind.dequantizeAffine, scale, offset)
    case .quantize(let quantization): try writer.write(Kind.quantize, quantization)
    case .quantizeWide(let quantization): try writer.write(Kind.quantizeWide, quantization)
    case .requantizeSteps(let steps): try writer.write(Kind.requantizeSteps, steps)
    case .requantizeDyadic(let dyadic): try writer.write(Kind.requantizeDyadic, dyadic)
    case .requantizeExactly(let rounding, let table):
      try writer.write(Kind.requantizeExactly, rounding, table)
    case .function(let function): try writer.write(Kind.function, StoredFunction(function))
    case .softmax: writer.write(Kind.softmax.rawValue)
    case .layerNorm(let gamma, let beta, let epsilon):
      try writer.write(Kind.layerNorm, gamma, beta)
      writer.write(epsilon)
    case .rmsNorm(let gamma, let epsilon):
      try writer.write(Kind.rmsNorm, gamma)
      writer.write(epsilon)
    case .real(let operation, let place):
      try writer.write(Kind.real, place)
      writer.write(operation.code)
    case .integer(let operation, let place):
      try writer.write(Kind.integer, place)
      writer.write(operation.code)
    case .lookup(let first, let count, let table):
      try writer.write(Kind.lookup, table)
      writer.write(first)
      writer.write(count)
    case .lookupCells(let rises, let falls, let cells):
      try writer.write(Kind.lookupCells, cells)
      writer.write(rises)
      writer.write(falls)
    case .stream(let stream): try writer.write(Kind.stream, stream)
    case .norm(let norm): try writer.write(Kind.norm, norm)
    case .integerSoftmax(let softmax): try writer.write(Kind.integerSoftmax, softmax)
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    guard let kind = Kind(rawValue: try reader.number()) else {
      throw reader.malformed("the operation of a stage")
    }
    switch kind {
    case .widen:
      guard let code = try reader.value(ElementFormat.self).code else {
        throw reader.malformed("the format of a code")
      }
      self = .widen(code)
    case .dequantizeCentered:
      self = .dequantizeCentered(zero: try reader.value(), scale: try reader.value())
    case .dequantizeAffine:
      self = .dequantizeAffine(scale: try reader.value(), offset: try reader.value())
    case .quantize: self = .quantize(try reader.value())
    case .quantizeWide: self = .quantizeWide(try reader.value())
    case .requantizeSteps: self = .requantizeSteps(try reader.value())
    case .requantizeDyadic: self = .requantizeDyadic(try reader.value())
    case .requantizeExactly: self = .requantizeExactly(try reader.value(), try reader.value())
    case .function: self = .function(try reader.value(StoredFunction.self).function)
    case .softmax: self = .softmax
    case .layerNorm:
      self = .layerNorm(
        gamma: try reader.value(),
        beta: try reader.value(),
        epsilon: try reader.float()
      )
    case .rmsNorm: self = .rmsNorm(gamma: try reader.value(), epsilon: try reader.float())
    case .real:
      let place: Place = try reader.value()
      guard let operation = BinaryOperation(code: try reader.number()) else {
        throw reader.malformed("an arithmetic operation")
      }
      self = .real(operation, place)
    case .integer:
      let place: Place = try reader.value()
      guard let operation = IntegerOperation(code: try reader.number()) else {
        throw reader.malformed("an arithmetic operation")
      }
      self = .integer(operation, place)
    case .lookup:
      let table: Region = try reader.value()
      self = .lookup(first: try reader.number(), count: try reader.positive(), table: table)
    case .stream: self = .stream(try reader.value())
    case .norm: self = .norm(try reader.value())
    case .integerSoftmax: self = .integerSoftmax(try reader.value())
    case .lookupCells:
      let cells: Region = try reader.value()
      self = .lookupCells(rises: try reader.count(), falls: try reader.count(), cells: cells)
    }
  }
}

extension PlanWriter {
  /// The kind and its parts.
  fileprivate mutating func write<each Part: StoredInPlan>(
    _ kind: some RawRepresentable<UInt8>,
    _ parts: repeat each Part
  ) throws(PlanStorageError) {
    write(kind.rawValue)
    for part in repeat each parts { try part.write(to: &self) }
  }
}

extension BinaryOperation {
  private static let all: [BinaryOperation] = [.add, .subtract, .multiply, .divide]

  fileprivate var code: UInt8 {
    switch self {
    case .add: 0
    case .subtract: 1
    case .multiply: 2
    case .divide: 3
    }
  }

  fileprivate init?(code: UInt8) {
    guard let operation = Self.all.first(where: { $0.code == code }) else { return nil }
    self = operation
  }
}

extension IntegerOperation {
  private static let all: [IntegerOperation] = [.add, .subtract, .multiply]

  fileprivate var code: UInt8 {
    switch self {
    case .add: 0
    case .subtract: 1
    case .multiply: 2
    }
  }

  fileprivate init?(code: UInt8) {
    guard let operation = Self.all.first(where: { $0.code == code }) else { return nil }
    self = operation
  }
}

/// A function by its number and its parameters.
private struct StoredFunction: StoredInPlan {
  let function: Function

  init(_ function: Function) { self.function = function }

  private static let plain: [Function] = [
    .negate, .absolute, .reciprocal, .squareRoot, .exp, .log, .erf, .tanh, .sigmoid, .relu, .gelu,
    .geluTanh, .silu, .hardSwish,
  ]
  private static let clip = UInt8(100)
  private static let power = UInt8(101)

  func write(to writer: inout PlanWriter) {
    switch function {
    case .clip(let lower, let upper):
      writer.write(Self.clip)
      writer.write(lower)
      writer.write(upper)
    case .power(let exponent):
      writer.write(Self.power)
      writer.write(exponent)
    case .negate, .absolute, .reciprocal, .squareRoot, .exp, .log, .erf, .tanh, .sigmoid, .relu,
      .gelu, .geluTanh, .silu, .hardSwish:
      writer.write(UInt8(Self.plain.firstIndex(of: function) ?? 0))
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    let code: UInt8 = try reader.number()
    if code == Self.clip {
      let (lower, upper) = (try reader.double(), try reader.double())
      guard lower <= upper else { throw reader.malformed("limits in their order") }
      function = .clip(lower: lower, upper: upper)
    } else if code == Self.power {
      function = .power(try reader.double())
    } else {
      guard Self.plain.indices.contains(Int(code)) else { throw reader.malformed("a function") }
      function = Self.plain[Int(code)]
    }
  }
}

extension Quantization: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(scale)
    try writer.write(zero)
    writer.write(limits)
    writer.write(placement == .beforeRounding)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    scale = try reader.value()
    zero = try reader.value()
    limits = try reader.range()
    placement = try reader.flag() ? .beforeRounding : .afterRounding
  }
}

extension StepCounting: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    writer.write(rising)
    try writer.write(rises)
    writer.write(falling)
    try writer.write(falls)
    try writer.write(base)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    rising = try reader.count()
    rises = try reader.tableOrNone()
    falling = try reader.count()
    falls = try reader.tableOrNone()
    base = try reader.value()
  }
}

extension PlanReader {
  /// A table that may have no rows.
  fileprivate mutating func tableOrNone() throws(PlanStorageError) -> Table {
    Table(region: try value(), starts: try values(), rows: try count())
  }
}

extension DyadicScaling: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(multiplier)
    try writer.write(bias)
    try writer.write(shift)
    writer.write(limits)
    writer.write(exceptions != nil)
    if let exceptions {
      writer.write(exceptions.count)
      try writer.write(exceptions.values)
      try writer.write(exceptions.codes)
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    multiplier = try reader.value()
    bias = try reader.value()
    shift = try reader.value()
    limits = try reader.range()
    exceptions =
      try reader.flag()
      ? Exceptions(
        count: try reader.positive(),
        values: try reader.value(),
        codes: try reader.value()
      ) : nil
  }
}

extension ExactRounding: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    switch self {
    case .tables(let tables):
      writer.write(UInt8(0))
      try writer.write(tables.map(StoredTable.init))
    case .affine(let rounding, let zeroPoints, let codes):
      writer.write(UInt8(1))
      writer.write(Int64(codes.lowerBound))
      writer.write(Int64(codes.upperBound))
      try writer.write(zeroPoints)
      try writer.write(rounding.exactMultipliers.map(StoredRatio.init))
      try writer.write(rounding.exactOffsets.map(StoredRatio.init))
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    switch try reader.number(UInt8.self) {
    case 0:
      let tables = try reader.values(StoredTable.self).map(\.table)
      guard !tables.isEmpty else { throw reader.malformed("a table") }
      self = .tables(tables)
    case 1:
      let (low, high): (Int64, Int64) = (try reader.number(), try reader.number())
      let zeroPoints: [Int] = try reader.values()
      let multipliers = try reader.values(StoredRatio.self).map(\.value)
      let offsets = try reader.values(StoredRatio.self).map(\.value)
      guard low <= high, low >= Int32.min, high <= Int32.max, !zeroPoints.isEmpty,
        multipliers.count == zeroPoints.count, offsets.count == zeroPoints.count
      else { throw reader.malformed("rules of rounding") }
      self = .affine(
        AffineRounding(multipliers: multipliers, offsets: offsets),
        zeroPoints: zeroPoints,
        codes: Int(low)...Int(high)
      )
    default: throw reader.malformed("a form of rounding")
    }
  }

  /// How many rules there are.
  var ruleCount: Int {
    switch self {
    case .tables(let tables): tables.count
    case .affine(_, let zeroPoints, _): zeroPoints.count
    }
  }
}

/// A step table by its parts.
private struct StoredTable: StoredInPlan {
  let table: StepTable

  init(_ table: StepTable) { self.table = table }

  func write(to writer: inout PlanWriter) {
    writer.write(table.base)
    writer.write(table.thresholds.count)
    for (threshold, step) in zip(table.thresholds, table.steps) {
      writer.write(Int64(threshold))
      writer.write(Int8(step))
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    let base = try reader.integer()
    var (thresholds, steps): ([Int], [Int]) = ([], [])
    for _ in 0..<(try reader.count()) {
      thresholds.append(Int(try reader.number(Int64.self)))
      steps.append(Int(try reader.number(Int8.self)))
    }
    do {
      table = try StepTable(base: base, thresholds: thresholds, steps: steps)
    } catch {
      throw reader.malformed("a step table (\(error))")
    }
  }
}

/// An exact number by its bytes.
struct StoredRatio: StoredInPlan {
  let value: Rational

  init(_ value: Rational) { self.value = value }

  func write(to writer: inout PlanWriter) {
    var bytes: [UInt8] = []
    value.append(to: &bytes)
    writer.write(bytes.count)
    for byte in bytes { writer.write(byte) }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    var bytes: [UInt8] = []
    for _ in 0..<(try reader.count()) { bytes.append(try reader.number()) }
    let value = bytes.withUnsafeBytes { bytes in
      var offset = 0
      return Rational(bytes: bytes, at: &offset)
    }
    guard let value else { throw reader.malformed("a ratio") }
    self.value = value
  }
}

extension StreamSumming: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(factors)
    writer.write(other != nil)
    if let other {
      try writer.write(other.place)
      try writer.write(other.factors)
    }
    try writer.write(offset)
    try writer.write(shift)
    writer.write(limits)
    writer.write(counter)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    factors = try reader.value()
    other =
      try reader.flag() ? Other(place: try reader.value(), factors: try reader.value()) : nil
    offset = try reader.value()
    shift = try reader.value()
    limits = try reader.range()
    counter = try reader.count()
  }
}
