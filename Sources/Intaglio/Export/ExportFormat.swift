/// The formats of other tools in which a model can be written.
public enum ExportFormat: String, Sendable, Hashable, CaseIterable, Codable {
  /// The integer program in ONNX operators on integers.
  case integer
  /// The graph with quantizers, before it is reordered, as ONNX with `QuantizeLinear`.
  case qdq
  /// The same graph with the `Quant` nodes of QONNX.
  case qonnx
  /// The integer program as one C99 file that needs nothing else.
  case c

  /// The format that a file of this name has; `nil` where the name does not tell, as for `.onnx`.
  public init?(path: String) {
    let name = path.lowercased()
    let endings: [(String, ExportFormat)] = [
      (".integer.onnx", .integer), (".qdq.onnx", .qdq), (".qonnx", .qonnx),
      (".qonnx.onnx", .qonnx), (".c", .c),
    ]
    guard let found = endings.first(where: { name.hasSuffix($0.0) }) else { return nil }
    self = found.1
  }
}

extension ExportFormat {
  /// Whether it holds an integer program, not a graph with quantizers.
  public var isOfProgram: Bool {
    switch self {
    case .integer, .c: true
    case .qdq, .qonnx: false
    }
  }
}

extension OpenedModel {
  /// Whether the file holds a program of integers, not a graph that could become one.
  ///
  /// - Throws: what reading the model throws.
  public func isProgram() throws -> Bool {
    let graph = try model().graph
    return graph.live.contains { value in
      if case .requantize = graph[value].operation { return true }
      return graph[value].operation.family == .integer
    }
  }
}
