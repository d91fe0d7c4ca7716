import IntaglioGraph

/// How far calibration has come: every sample at one cut of the network, as the float model has it
/// and as what is decided so far has it.
struct Front: Sendable {
  /// The cut; `nil` in front of the network.
  let cut: Value?
  /// One array per sample; empty in front of the network.
  let float: [[Float]]
  let quantized: [[Float]]

  /// How much the first row of a sequence weighs, where the others weigh 1.
  var firstRowWeight: Float = 1

  /// How much the first row of `value` weighs, whose rows are the sequence's where there are as many.
  func firstRowWeight(of value: Value, _ graph: Graph) -> Float {
    let tokens = graph.type(of: value).shape.dropLast().last ?? 1
    let sequence = cut.flatMap { graph.type(of: $0).shape.dropLast().last }
    return tokens > 1 && tokens == sequence ? firstRowWeight : 1
  }

  static let begin = Front(cut: nil, float: [], quantized: [])
}
