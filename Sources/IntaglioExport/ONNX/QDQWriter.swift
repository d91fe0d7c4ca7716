import IntaglioData
import IntaglioGraph
import IntaglioNumerics
import SwiftProtobuf

/// Turns a graph into an ONNX graph, node by node.
struct QDQWriter {
  let graph: Graph
  let form: QDQModel.Form
  private(set) var proto = ONNXGraphProto()
  /// The tensor that holds each value.
  private var tensors: [Value: String] = [:]
  private var taken: Set<String> = []
  /// The names of nodes, of which ONNX Runtime takes each once.
  private var nodes: Set<String> = []
  /// Lists of integers that stand there already.
  private var lists: [[Int]: String] = [:]
  /// Constants that only dequantizers read, which may be narrower than a byte.
  private let weights: Set<Value>

  /// - Throws: `ExportError.noONNXForm`, naming the node.
  init(_ graph: Graph, name: String, form: QDQModel.Form = .qdq) throws(ExportError) {
    (self.graph, self.form) = (graph, form)
    let live = graph.live
    weights = Self.weights(of: graph, live)
    proto.name = name.isEmpty ? "graph" : name
    for value in graph.inputs { try declareInput(value) }
    try nameOutputs()
    for value in live where tensors[value] == nil {
      let label = graph.name(of: value) ?? "\(graph[value].operation.name)_\(value.index)"
      tensors[value] = unique(label)
    }
    for value in live {
      if form == .qonnx, graph.type(of: value).isInteger {
        try checkReaders(of: value, live)
      } else {
        try write(value)
      }
    }
    try declareOutputs()
  }

  private static func weights(of graph: Graph, _ live: [Value]) -> Set<Value> {
    var weights = Set(live.filter { graph.constant($0) != nil })
    for value in live {
      if case .dequantize = graph[value].operation { continue }
      weights.subtract(graph[value].operands)
    }
    return weights.subtracting(graph.outputs.map(\.value))
  }

  // MARK: The graph's ends

  private mutating func declareInput(_ value: Value) throws(ExportError) {
    guard case .input(let name, let type) = graph[value].operation else { return }
    guard taken.insert(name).inserted, !name.isEmpty else {
      throw refusal(value, "an input without a name of its own", "give it one")
    }
    tensors[value] = name
    var element = QDQElement.float
    if let integer = type.integer {
      guard let found = QDQElement(holding: integer), found.codes == integer else {
        throw refusal(value, "an input of \(integer)", "use 8, 16 or 32 bits")
      }
      element = found
    }
    proto.inputs.append(.tensor(name, element, type.shape))
  }

  /// Results take the names of outputs; inputs and constants keep theirs, and so does a result for which a
  /// second output stands.
  private mutating func nameOutputs() throws(ExportError) {
    for output in graph.outputs {
      guard taken.insert(output.name).inserted, !output.name.isEmpty else {
        throw refusal(output.value, "an output without a name of its own", "give it one")
      }
      if tensors[output.value] == nil, graph.constant(output.value) == nil {
        tensors[output.value] = output.name
      }
    }
  }

  private mutating func declareOutputs() throws(ExportError) {
    for output in graph.outputs {
      let type = graph.type(of: output.value)
      proto.outputs.append(
        .tensor(output.name, try element(of: output.value), type.shape)
      )
      let tensor = tensor(output.value)
      if tensor != output.name { append("Identity", [tensor], output: output.name) }
    }
  }

  // MARK: What operations are written with

  /// The tensor that holds a value.
  func tensor(_ value: Value) -> String { tensors[value] ?? "" }

  func element(of value: Value) throws(ExportError) -> QDQElement {
    guard let integer = graph.type(of: value).integer else { return .float }
    if integer == .i(4), weights.contains(value) { return .int4 }
    guard let element = QDQElement(holding: integer) else {
      throw refusal(value, "codes of \(integer)", "use at most 16 bits")
    }
    return element
  }

  func refusal(_ value: Value, _ what: String, _ advice: String) -> ExportError {
    .noONNXForm(node: graph.label(of: value), what: what, advice: advice)
  }

  /// `name`, or with a number behind it where another tensor has it.
  mutating func unique(_ name: String) -> String { Self.unique(name, &taken) }

  private static func unique(_ name: String, _ taken: inout Set<String>) -> String {
    var candidate = name
    var number = 1
    while !taken.insert(candidate).inserted {
      candidate = "\(name)_\(number)"
      number += 1
    }
    return candidate
  }

  /// One node; its name gets a number behind it where another node has it, and may be empty.
  mutating func append(
    _ type: String,
    _ inputs: [String],
    _ attributes: [ONNXAttributeProto] = [],
    name: String = "",
    output: String
  ) {
    let name = name.isEmpty ? "" : Self.unique(name, &nodes)
    proto.nodes.append(
      .with { node in
        node.operatorType = type
        node.inputs = inputs
        node.outputs = [output]
        node.attributes = attributes
        if !name.isEmpty { node.name = name }
        if type == "Quant" { node.domain = Self.quantDomain }
      }
    )
  }

  // MARK: Initializers

  mutating func constant(_ tensor: Tensor, _ value: Value) throws(ExportError) {
    let name = self.tensor(value)
    guard let integers = tensor.integers else {
      add(tensor.floats, tensor.shape, name)
      return
    }
    let element = try element(of: value)
    proto.initializers.append(.raw(name, element, tensor.shape, element.bytes(integers)))
  }

  /// - Returns: the name of a new initializer.
  mutating func floats(_ values: [Float], _ shape: [Int], _ name: String) -> String {
    let name = unique(name)
    add(values, shape, name)
    return name
  }

  private mutating func add(_ values: [Float], _ shape: [Int], _ name: String) {
    let bytes = littleEndianBytes(values.map(\.bitPattern))
    proto.initializers.append(.raw(name, .float, shape, bytes))
  }

  /// - Returns: the name of a new initializer.
  mutating func codes(
    _ values: [Int],
    _ element: QDQElement,
    _ shape: [Int],
    _ name: String
  ) -> String {
    let name = unique(name)
    proto.initializers.append(.raw(name, element, shape, element.bytes(values)))
    return name
  }

  /// - Returns: the name of an initializer with these axes, extents or positions.
  mutating func list(_ values: [Int]) -> String {
    if let known = lists[values] { return known }
    let text = values.map(String.init).joined(separator: "_")
    let name = codes(values, .int64, [values.count], "list_\(text)")
    lists[values] = name
    return name
  }
}
