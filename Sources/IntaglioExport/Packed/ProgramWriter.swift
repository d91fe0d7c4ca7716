import IntaglioData
import IntaglioGraph
import IntaglioNumerics

/// Turns a graph into its record and its tensors.
struct ProgramWriter {
  private(set) var record = ProgramRecord()
  var tensors = ProgramTensors()

  /// - Throws: `DataError.invalid` for a number that the layout cannot hold.
  init(_ graph: Graph) throws(DataError) {
    for value in graph.values {
      let node = graph[value]
      let name = graph.name(of: value)
      var record = NodeRecord(op: node.operation.codeText)
      record.of = node.operands.isEmpty ? nil : node.operands.map(\.index)
      record.name = name
      try fill(&record, node.operation, place: "\(value.index)/\(name ?? record.op)")
      self.record.nodes.append(record)
    }
    record.outputs = graph.outputs.map { OutputRecord(name: $0.name, of: $0.value.index) }
    let bounds = graph.bounds.sorted { $0.key < $1.key }.map { value, bound in
      BoundRecord(
        of: value.index,
        law: bound.law,
        maximum: bound.maximum,
        relative: bound.relative
      )
    }
    record.bounds = bounds.isEmpty ? nil : bounds
  }

  /// Writes the attributes of `operation`; `place` begins the names of its tensors.
  private mutating func fill(
    _ record: inout NodeRecord,
    _ operation: Operation,
    place: String
  ) throws(DataError) {
    switch operation {
    case .input(let name, let type):
      record.input = name
      record.element = type.elementText
      record.shape = type.shape
    case .constant(let tensor):
      try tensors.add(tensor, name: place)
      record.element = tensor.type.elementText
      record.shape = tensor.shape
      record.tensor = place
    case .layout(let layout): fill(&record, layout)
    case .concat(let axis), .sum(let axis), .mean(let axis): record.axis = axis
    case .convolution(let geometry):
      record.strides = geometry.strides
      record.padding = geometry.padding
      record.dilations = geometry.dilations
      record.groups = geometry.groups
    case .function(let function): fill(&record, function)
    case .layerNorm(let epsilon), .rmsNorm(let epsilon): record.epsilon = epsilon
    case .quantize(let quantizer): try fill(&record, quantizer, place)
    case .dequantize(let dequantizer): try fill(&record, dequantizer, place)
    case .requantize(let requantizer): try fill(&record, requantizer, place)
    case .integer(let function): try fill(&record, function, place)
    case .matmul, .add, .subtract, .multiply, .divide, .softmax, .rowExponential: break
    }
  }

  private func fill(_ record: inout NodeRecord, _ layout: Layout) {
    switch layout {
    case .reshape(let shape), .broadcast(let shape): record.shape = shape
    case .transpose(let permutation): record.permutation = permutation
    case .slice(let axis, let start, let count):
      (record.axis, record.start, record.count) = (axis, start, count)
    }
  }

  private func fill(_ record: inout NodeRecord, _ function: Function) {
    if case .clip(let lower, let upper) = function {
      (record.lower, record.upper) = (lower, upper)
    }
    if case .power(let exponent) = function { record.exponent = exponent }
  }

  mutating func fill(
    _ record: inout NodeRecord,
    _ quantizer: Quantizer,
    _ place: String
  ) throws(DataError) {
    record.to = quantizer.type.description
    record.scale = try tensors.record(quantizer.scale, name: place + "/scale")
    record.zeroPoint = try tensors.record(quantizer.zeroPoint, name: place + "/zeroPoint")
    record.placement = quantizer.placement
  }

  private mutating func fill(
    _ record: inout NodeRecord,
    _ dequantizer: Dequantizer,
    _ place: String
  ) throws(DataError) {
    record.scale = try tensors.record(dequantizer.scale, name: place + "/scale")
    record.zeroPoint = try tensors.record(dequantizer.zeroPoint, name: place + "/zeroPoint")
    record.offset = try tensors.record(dequantizer.offset, name: place + "/offset")
  }

  mutating func fill(
    _ record: inout NodeRecord,
    _ requantizer: Requantizer,
    _ place: String
  ) throws(DataError) {
    record.to = requantizer.type.description
    record.multiplier = try tensors.record(requantizer.multiplier, name: place + "/multiplier")
    record.offset = try tensors.record(requantizer.offset, name: place + "/offset")
    record.zeroPoint = try tensors.record(requantizer.zeroPoint, name: place + "/zeroPoint")
  }
}

extension ValueType {
  /// `real`, or the integer type such as `u4`.
  var elementText: String { integer?.description ?? "real" }
}
