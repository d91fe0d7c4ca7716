import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite

import IntaglioQuantize

/// A small Transformer whose form and weights a seed draws.
///
/// Weights are multiples of 1/64, so that sums and products of a few of them, and of powers of two, are floats
/// exactly. Some hidden channels have weights 16 times as large as the others.
struct RandomTransformer {
  let form: TransformerForm
  let graph: Graph

  init(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    form = TransformerForm(&random)
    var builder = TransformerBuilder(form: form, random: random)
    try builder.build()
    graph = builder.graph
  }

  /// What the model reads: pixels p of 8 bits as p/128 − 1, or the tokens themselves.
  func samples(_ count: Int, seed: UInt64 = 11) -> [[Float]] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      guard form.readsPixels else {
        return (0..<form.tokens * form.width).map { random.unit() * Float(1 + $0 % form.width) }
      }
      let level = random.unit() * 60
      return (0..<form.imageShape.reduce(1, *)).map { position in
        let slope = Float(position % form.side) * random.unit() * 9
        return min(255, max(0, (127 + level + slope + random.unit() * 40).rounded())) / 128 - 1
      }
    }
  }
}

extension RandomTransformer {
  /// Widths of 2 to 8 bits, of some layers others, drawn from a seed.
  func options(seed: UInt64) throws -> QuantizeOptions {
    var random = SplitMix64(seed: seed)
    func bits(_ random: inout SplitMix64) -> Int { 2 + Int(random.next() % 7) }
    var options = QuantizeOptions(
      weights: bits(&random),
      activations: bits(&random),
      edges: bits(&random)
    )
    if form.readsPixels {
      options.pixels = QuantizeOptions.Pixels(
        scales: [Float](repeating: 0x1p-7, count: form.planes),
        lows: [Float](repeating: -1, count: form.planes)
      )
    }
    let prepared = try graph.rewritten(by: Pipeline.preparation)
    for layer in try PostTrainingQuantizer(options).layers(of: prepared) {
      guard random.next() % 3 == 0, !layer.isEdge else { continue }
      options.layers[layer.name] = LayerWidths(
        weights: layer.widths.weights.map { _ in bits(&random) },
        activations: bits(&random)
      )
    }
    return options
  }
}
