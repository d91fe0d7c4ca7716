import IntaglioData
import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite

/// Turns a program of nothing but integers into ONNX nodes that any runtime computes exactly.
///
/// Codes of up to 8 bits are int8 or uint8 tensors, wider integers int32; what is computed inside a node
/// is int64. Real numbers come only before the first codes and behind the last accumulators, as float64.
struct IntegerONNXWriter {
  let program: IntegerGraph
  var graph: Graph { program.graph }
  var build: IntegerONNXBuilder
  /// The tensor that holds each value.
  private var tensors: [Value: String] = [:]

  /// - Throws: `ExportError.noONNXForm` or `.noExactForm`, naming the node.
  init(_ proof: IntegerOnlyGraph, name: String) throws(ExportError) {
    program = proof.program
    build = IntegerONNXBuilder(name: name)
    for value in graph.inputs { try declareInput(value) }
    let results = nameOutputs()
    for value in graph.live where tensors[value] == nil {
      let label = graph.name(of: value) ?? "\(graph[value].operation.name)_\(value.index)"
      tensors[value] = build.unique(label)
    }
    for value in graph.live {
      build.prefix = tensor(value)
      try write(value)
    }
    for (output, name) in zip(graph.outputs, results) { declare(output, name) }
  }

  // MARK: The graph's ends

  private mutating func declareInput(_ value: Value) throws(ExportError) {
    guard case .input(let name, let type) = graph[value].operation else { return }
    let own = build.unique(name)
    build.prefix = own
    guard let integer = type.integer else {
      build.addInput(.tensor(own, .float, type.shape))
      tensors[value] = build.cast(own, .double)
      return
    }
    guard let element = Self.element(of: integer), element.codes == integer else {
      throw .noONNXForm(
        node: name,
        what: "an input of \(integer)",
        advice: "use codes of 8 or 32 bits"
      )
    }
    build.addInput(.tensor(own, element, type.shape))
    tensors[value] = own
  }

  /// Takes the outputs' names before any node does.
  private mutating func nameOutputs() -> [String] {
    graph.outputs.map { build.unique($0.name) }
  }

  /// A real result as float32, with the integers behind it as an output of their own.
  private mutating func declare(_ output: Graph.Output, _ name: String) {
    let type = graph.type(of: output.value)
    build.prefix = name
    let element = element(of: output.value)
    if type.isInteger {
      build.node("Identity", [tensor(output.value)], output: name)
      build.addOutput(.tensor(name, element, type.shape))
      return
    }
    _ = build.cast(tensor(output.value), .float, output: name)
    build.addOutput(.tensor(name, .float, type.shape))
    guard let integers = integers(behind: output.value) else { return }
    let own = build.unique("\(name).integers")
    build.node("Identity", [tensor(integers)], output: own)
    build.addOutput(
      .tensor(own, self.element(of: integers), graph.type(of: integers).shape)
    )
  }

  /// The integers that were dequantized to `value`, if nothing but layouts came after.
  private func integers(behind value: Value) -> Value? {
    var current = value
    while true {
      switch graph[current].operation {
      case .layout: current = graph[current].operands[0]
      case .dequantize: return graph[current].operands[0]
      default: return nil
      }
    }
  }

  // MARK: What operations are written with

  func tensor(_ value: Value) -> String { tensors[value] ?? "" }

  /// How integers of a type lie in a tensor.
  static func element(of type: IntegerType) -> QDQElement? {
    if type.bits <= 8 { return type.isSigned ? .int8 : .uint8 }
    return type.bits < 32 || type.isSigned ? .int32 : nil
  }

  func element(of value: Value) -> QDQElement {
    graph.type(of: value).integer.flatMap(Self.element) ?? .double
  }

  /// What the integers of `value` can be.
  func range(_ value: Value) -> ClosedRange<Int> {
    program.range(of: value) ?? graph.type(of: value).integer?.range ?? 0...0
  }

  /// A value as 64-bit integers.
  mutating func wide(_ value: Value) -> String { build.cast(tensor(value), .int64) }

  /// Ends a row of nodes: `name` as the integers of `value`.
  mutating func finish(_ name: String, _ value: Value) {
    _ = build.cast(name, element(of: value), output: tensor(value))
  }

  func refusal(_ value: Value, _ what: String, _ advice: String) -> ExportError {
    .noONNXForm(node: graph.label(of: value), what: what, advice: advice)
  }

  /// What `body` makes, or its reason with the name of the node.
  func exact<Form>(
    _ value: Value,
    _ body: () throws(ExactFormError) -> Form
  ) throws(ExportError) -> Form {
    do {
      return try body()
    } catch {
      throw .noExactForm(node: graph.label(of: value), what: error.what, advice: error.advice)
    }
  }
}
