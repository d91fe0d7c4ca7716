import IntaglioGraph
import IntaglioNumerics

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
