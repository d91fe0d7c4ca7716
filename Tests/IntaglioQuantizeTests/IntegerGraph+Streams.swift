import IntaglioGraph
import IntaglioRewrite

extension IntegerGraph {
  /// What the laws make of it with streams of one format that no number leaves.
  func withStreams(bits: Int, magnitude: Double) throws -> IntegerGraph {
    var streams: [Value: StreamFormat] = [:]
    for point in StreamPoints(graph).values {
      let width = graph.type(of: point).shape.last ?? 1
      streams[point] = StreamFormat(
        bits: bits,
        magnitudes: [Double](repeating: magnitude, count: width),
        headroom: 1,
        spread: 0
      )
    }
    let integers = try IntegerOnlyPipeline().apply(to: graph, streams: streams)
    return try IntegerGraph(verifying: integers)
  }
}
