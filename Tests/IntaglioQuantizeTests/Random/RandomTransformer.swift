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

/// What a Transformer looks like.
struct TransformerForm: CustomStringConvertible {
  /// What stands in front of the first block.
  enum Input: CaseIterable { case tokens, convolution, cutPatches }
  /// How queries, keys and values are made.
  enum Projection: CaseIterable { case separate, sliced, stacked }
  /// What is divided by the root of the width.
  enum Scaled: CaseIterable { case nothing, scores, dividedScores, queries, keys }

  static let functions: [Function] = [.gelu, .geluTanh, .relu, .tanh, .silu, .hardSwish, .sigmoid]

  let input: Input
  /// Patches on a side of the image, of 2 × 2 pixels.
  let grid: Int
  let planes: Int
  let heads: Int
  let headWidth: Int
  let hidden: Int
  let depth: Int
  /// None, one, or one for each of two heads.
  let classTokens: Int
  let isPostNorm: Bool
  let isRootMeanSquare: Bool
  let hasBias: Bool
  let hasScoreBias: Bool
  let hasLayerScale: Bool
  /// Whether a norm stands between attention and its projection.
  let hasInnerNorm: Bool
  let function: Function
  let projection: Projection
  let scaled: Scaled

  init(_ random: inout SplitMix64) {
    func pick<T>(_ choices: [T]) -> T { choices[Int(random.next() % UInt64(choices.count))] }
    input = pick(Input.allCases)
    grid = pick([2, 2, 3])
    planes = pick([1, 3])
    heads = pick([1, 2, 3])
    headWidth = pick([2, 3, 4])
    hidden = pick([6, 17, 33])
    depth = pick([1, 1, 2])
    classTokens = pick([0, 1, 2])
    isPostNorm = pick([false, false, true])
    isRootMeanSquare = pick([false, false, true])
    hasBias = pick([true, true, false])
    hasScoreBias = pick([true, false])
    hasLayerScale = pick([true, false])
    function = pick(Self.functions)
    projection = pick(Projection.allCases)
    scaled = pick(Scaled.allCases)
    hasInnerNorm = pick([false, false, false, true])
  }

  var readsPixels: Bool { input != .tokens }
  var side: Int { 2 * grid }
  var width: Int { heads * headWidth }
  /// The rows of a sequence that come from the input.
  var tokens: Int { grid * grid }
  var length: Int { tokens + classTokens }
  var imageShape: [Int] { [1, planes, side, side] }

  var description: String {
    "\(input) \(grid)² × \(planes), \(heads) × \(headWidth), hidden \(hidden), depth \(depth), "
      + "\(classTokens) class tokens, \(isPostNorm ? "post" : "pre")-\(isRootMeanSquare ? "rms" : "layer")"
      + "-norm, \(function.name), \(projection), scaled \(scaled)"
      + (hasBias ? ", bias" : "") + (hasScoreBias ? ", bias of scores" : "")
      + (hasLayerScale ? ", layer scale" : "")
      + (hasInnerNorm ? ", inner norm" : "")
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
