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
    case widen, dequantizeCentered, dequantizeAffine, quantize, quantizeWide, requantize, function
    case softmax, layerNorm, rmsNorm, real, integer, lookup, stream, norm, integerSoftmax
    case lookupCells
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
    case .requantize(let requantization): try writer.write(Kind.requantize, requantization)
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
    case .requantize: self = .requantize(try reader.value())
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
      let (first, count): (Int32, Int) = (try reader.number(), try reader.positive())
      guard Int(first) + count - 1 <= Int32.max else { throw reader.malformed("a shorter table") }
      self = .lookup(first: first, count: count, table: table)
    case .stream: self = .stream(try reader.value())
    case .norm: self = .norm(try reader.value())
    case .integerSoftmax: self = .integerSoftmax(try reader.value())
    case .lookupCells:
      let cells: Region = try reader.value()
      let (rises, falls) = (try reader.count(), try reader.count())
      guard rises + falls <= LookupCells.mostSteps else {
        throw reader.malformed("at most \(LookupCells.mostSteps) steps in a cell")
      }
      self = .lookupCells(rises: rises, falls: falls, cells: cells)
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
