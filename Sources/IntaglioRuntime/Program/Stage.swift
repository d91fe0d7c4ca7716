import IntaglioGraph
import IntaglioNumerics

/// One elementwise or row-wise operation of a chain, with everything that it reads beside its
/// operand.
struct Stage: Sendable {
  enum Operation: Sendable {
    /// The code in a byte → i32.
    case widen(CodeFormat)
    /// (q − zero) · scale.
    case dequantizeCentered(zero: Table, scale: Table)
    /// scale · q + offset.
    case dequantizeAffine(scale: Table, offset: Table)
    case quantize(Quantization)
    /// To codes of more than 8 bits.
    case quantizeWide(Quantization)
    case requantize(Requantization)
    case function(Function)
    case softmax
    case layerNorm(gamma: Table, beta: Table, epsilon: Float)
    case rmsNorm(gamma: Table, epsilon: Float)
    case real(BinaryOperation, Place)
    case integer(IntegerOperation, Place)
    case lookup(first: Int32, count: Int, table: Region)
    /// As `LookupSegments` has them.
    case lookupSegments(rises: Int, falls: Int, cells: Region)
    case scaledSum(ScaledSumStage)
    case norm(NormQuantization)
    case integerSoftmax(SoftmaxQuantization)
    case rowExponential
    /// How far each integer is from the largest of its row, or from the smallest.
    case rowDistances(fromLargest: Bool)
    case rowLookup(RowLookup)
    case quotient(QuotientStage)
  }

  let operation: Operation
  /// What it leaves.
  let output: ElementFormat

  /// Whether the result may overwrite the operand.
  var worksInPlace: Bool {
    switch operation {
    case .function(let function): function != .silu
    case .softmax, .rowExponential, .layerNorm, .rmsNorm, .real, .integer, .scaledSum,
      .rowDistances:
      true
    case .widen, .dequantizeCentered, .dequantizeAffine, .quantize, .quantizeWide, .requantize,
      .lookup, .lookupSegments, .norm, .integerSoftmax, .rowLookup, .quotient:
      false
    }
  }
}

/// Arithmetic on two integers; sums and products stay within 32 bits, as `IntegerGraph` has shown.
enum IntegerOperation: Sendable {
  case add
  case subtract
  case multiply
}

extension Stage.Operation {
  var name: String {
    switch self {
    case .widen: "widen"
    case .dequantizeCentered, .dequantizeAffine: "dequantize"
    case .quantize, .quantizeWide: "quantize"
    case .requantize(.thresholds): "steps"
    case .requantize(.dyadic): "multiply and shift"
    case .requantize(.exactly(.tables, _)): "table"
    case .requantize(.exactly(.affine, _)): "affine rounding in float64"
    case .function(let function): function.name
    case .softmax: "softmax"
    case .layerNorm: "layer-norm"
    case .rmsNorm: "rms-norm"
    case .real: "real arithmetic"
    case .integer: "integer arithmetic"
    case .lookup: "lookup"
    case .lookupSegments: "lookup by cells"
    case .scaledSum: "scaled sum"
    case .norm(let norm):
      switch norm.method {
      case .fixedPoint: "fixed-point norm"
      case .exact: "norm by squares"
      }
    case .integerSoftmax: "integer softmax"
    case .rowExponential: "row exponential"
    case .rowDistances: "row distances"
    case .rowLookup: "row lookup"
    case .quotient: "quotient"
    }
  }
}

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
    case softmax, layerNorm, rmsNorm, real, integer, lookup, scaledSum, norm, integerSoftmax
    case lookupSegments, rowExponential, rowDistances, rowLookup, quotient
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
    case .lookupSegments(let rises, let falls, let cells):
      try writer.write(Kind.lookupSegments, cells)
      writer.write(rises)
      writer.write(falls)
    case .scaledSum(let stream): try writer.write(Kind.scaledSum, stream)
    case .norm(let norm): try writer.write(Kind.norm, norm)
    case .integerSoftmax(let softmax): try writer.write(Kind.integerSoftmax, softmax)
    case .rowExponential: writer.write(Kind.rowExponential.rawValue)
    case .rowDistances(let fromLargest):
      writer.write(Kind.rowDistances.rawValue)
      writer.write(fromLargest)
    case .rowLookup(let lookup): try writer.write(Kind.rowLookup, lookup)
    case .quotient(let quotient): try writer.write(Kind.quotient, quotient)
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    guard let kind = Kind(rawValue: try reader.number()) else {
      throw reader.malformed("the operation of a stage")
    }
    switch kind {
    case .widen: self = .widen(try reader.codeFormat())
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
    case .lookup: self = try .lookup(from: &reader)
    case .scaledSum: self = .scaledSum(try reader.value())
    case .norm: self = .norm(try reader.value())
    case .integerSoftmax: self = .integerSoftmax(try reader.value())
    case .lookupSegments: self = try .lookupSegments(from: &reader)
    case .rowExponential: self = .rowExponential
    case .rowDistances: self = .rowDistances(fromLargest: try reader.flag())
    case .rowLookup: self = .rowLookup(try reader.value())
    case .quotient: self = .quotient(try reader.value())
    }
  }

  private static func lookup(from reader: inout PlanReader) throws(PlanStorageError) -> Self {
    let table: Region = try reader.value()
    let (first, count): (Int32, Int) = (try reader.number(), try reader.positive())
    guard Int(first) + count - 1 <= Int32.max else { throw reader.malformed("a shorter table") }
    return .lookup(first: first, count: count, table: table)
  }

  private static func lookupSegments(
    from reader: inout PlanReader
  ) throws(PlanStorageError) -> Self {
    let cells: Region = try reader.value()
    let (rises, falls) = (try reader.count(), try reader.count())
    guard rises + falls <= LookupSegments.mostSteps else {
      throw reader.malformed("at most \(LookupSegments.mostSteps) steps in a cell")
    }
    return .lookupSegments(rises: rises, falls: falls, cells: cells)
  }
}

extension PlanReader {
  fileprivate mutating func codeFormat() throws(PlanStorageError) -> CodeFormat {
    guard let code = try value(ElementFormat.self).code else {
      throw malformed("the format of a code")
    }
    return code
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

extension Stage: Separable {
  func separated() -> Stage { Stage(operation: operation.separated(), output: output) }
}

extension Stage.Operation: Separable {
  func separated() -> Stage.Operation {
    switch self {
    case .widen, .function, .softmax, .rowExponential, .lookup, .lookupSegments, .rowDistances: self
    case .dequantizeCentered(let zero, let scale):
      .dequantizeCentered(zero: zero.separated(), scale: scale.separated())
    case .dequantizeAffine(let scale, let offset):
      .dequantizeAffine(scale: scale.separated(), offset: offset.separated())
    case .quantize(let quantization): .quantize(quantization.separated())
    case .quantizeWide(let quantization): .quantizeWide(quantization.separated())
    case .requantize(let requantization): .requantize(requantization.separated())
    case .layerNorm(let gamma, let beta, let epsilon):
      .layerNorm(gamma: gamma.separated(), beta: beta.separated(), epsilon: epsilon)
    case .rmsNorm(let gamma, let epsilon): .rmsNorm(gamma: gamma.separated(), epsilon: epsilon)
    case .real(let operation, let place): .real(operation, place.separated())
    case .integer(let operation, let place): .integer(operation, place.separated())
    case .scaledSum(let stream): .scaledSum(stream.separated())
    case .norm(let norm): .norm(norm.separated())
    case .integerSoftmax(let softmax): .integerSoftmax(softmax.separated())
    case .rowLookup(let lookup): .rowLookup(lookup.separated())
    case .quotient(let quotient): .quotient(quotient.separated())
    }
  }
}
