public import IntaglioGraph
import IntaglioNumerics

/// The operations that a value passes on its way through a graph: a graph in one line.
public struct DataPath: Sendable {
  /// The values from the first to the last, in the order of computation.
  public let values: [Value]
  private let graph: Graph

  /// The shortest way from the node named `first` to the node named `last`, `nil` when there is none.
  public init?(from first: String, to last: String, in graph: Graph) {
    let live = graph.live
    guard
      let start = live.first(where: { graph.name(of: $0) == first }),
      let end = live.last(where: { graph.name(of: $0) == last })
    else { return nil }
    var next: [Value: Value] = [:]
    var frontier = [end]
    while !frontier.isEmpty, next[start] == nil {
      var upstream: [Value] = []
      for value in frontier {
        for operand in graph[value].operands where next[operand] == nil {
          next[operand] = value
          upstream.append(operand)
        }
      }
      frontier = upstream
    }
    guard next[start] != nil else { return nil }
    var values = [start]
    while let value = values.last, value != end, let following = next[value] {
      values.append(following)
    }
    self.values = values
    self.graph = graph
  }

  /// The operations in one line, layouts left out.
  ///
  /// Such as `quantize u3 → dequantize → matmul real → … → quantize u3`.
  public var text: String {
    values.compactMap { value in
      if case .layout = graph[value].operation { return nil }
      let type = graph.type(of: value).integer.map(\.description) ?? "real"
      if case .dequantize = graph[value].operation { return "dequantize" }
      if case .matmul = graph[value].operation, graph.type(of: value).isInteger {
        let operands = graph[value].operands.map { graph.type(of: $0).integer?.description ?? "" }
        return "matmul \(operands.joined(separator: "×"))→\(type)"
      }
      return "\(graph[value].operation.name) \(type)"
    }.joined(separator: " → ")
  }
}
