import IntaglioGraph
import IntaglioNumerics

/// Integer scores of one scale per row, and what is added to them before softmax.
struct MaskedScores {
  /// The scores with the bias added.
  struct Integers {
    let codes: Value
    let scale: Scale
    /// How far the bias of one can be off, in reals.
    let error: Double
    /// Whether every entry of the bias is none or negligible, so that nothing was rounded.
    let isExact: Bool
    /// How far from the extreme score of its row what is negligible is at least; `nil` where nothing is.
    let negligibleDistance: Int?
  }

  private let scores: Dequantized
  /// What varies along a row, as reals; `nil` where nothing does.
  private let bias: [Double]?
  private let shape: [Int]

  /// What is this far below the largest score of its row has no part in it.
  private static let negligible = -60.0

  init?(_ value: Value, in graph: Graph) {
    var (scores, bias) = (value, [Double]?.none)
    let shape = graph.type(of: value).shape
    if case .add = graph[value].operation {
      let operands = graph[value].operands
      for (first, second) in [(0, 1), (1, 0)] {
        guard let mask = graph.constant(operands[second]), !mask.type.isInteger,
          graph.type(of: operands[first]).shape == shape
        else { continue }
        scores = operands[first]
        bias = Shape.broadcastSources(from: mask.shape, to: shape).map { [doubles = mask.doubles] in
          doubles[Int($0)]
        }
        break
      }
    }
    guard
      let dequantized = graph.dequantized(scores),
      dequantized.dequantizer.scale.extent(fromRight: 1) == 1,
      dequantized.dequantizer.zeroPoint.extent(fromRight: 1) == 1,
      bias?.contains(where: { $0.isNaN || $0 == .infinity }) != true
    else { return nil }
    let offset = dequantized.dequantizer.offset
    if offset.extent(fromRight: 1) > 1 {
      let addends = offset.expanded(over: shape).map(\.doubleValue)
      bias = bias.map { zip($0, addends).map(+) } ?? addends
    }
    self.scores = dequantized
    self.bias = bias
    self.shape = shape
  }

  /// The scores with the bias added as integers; `nil` where 31 bits do not hold them.
  func integers(in graph: inout Graph) throws(GraphError) -> Integers? {
    let scale = scores.dequantizer.scale
    guard let bias else {
      return Integers(
        codes: scores.codes,
        scale: scale,
        error: 0,
        isExact: true,
        negligibleDistance: nil
      )
    }
    var ranges = Ranges(graph)
    guard
      let range = ranges.range(of: scores.codes),
      let relative = Self.relative(bias, shape)
    else { return nil }
    let scales = scale.expanded(over: shape).map(\.doubleValue)
    let largest = Double(max(range.lowerBound.magnitude, range.upperBound.magnitude))
    // Two scores differ by at most twice the largest.
    let floors = scales.map { Self.negligible - 2 * largest * $0.magnitude }
    let lowered = relative.indices.map { max(relative[$0], floors[$0]) / scales[$0] }
    let reach = lowered.reduce(largest) { max($0, $1.magnitude + largest) }
    guard reach < 0x1p30 else { return nil }
    // As many places as 31 bits leave.
    let places = max(0, min(10, Int((0x1p30 / reach).exponent)))
    let unit = Double(1 << places)
    let entries = lowered.map { ($0 * unit).rounded(.toNearestOrEven) }
    var (error, isExact) = (0.0, true)
    var negligible: Double?
    for (index, entry) in entries.enumerated() {
      if relative[index] > floors[index] {
        error = max(error, ((entry / unit - lowered[index]) * scales[index]).magnitude)
        if relative[index] != 0 { isExact = false }
      } else {
        negligible = min(negligible ?? .infinity, entry.magnitude)
      }
    }
    let spread = Double(range.upperBound - range.lowerBound) * unit
    let widened =
      places == 0
      ? scores.codes
      : try graph.append(.multiply, scores.codes, try graph.appendConstant(Broadcast(1 << places)))
    let sum = try graph.append(
      .add,
      widened,
      try graph.appendConstant(Broadcast(entries.map { Int($0) }, shape: shape))
    )
    return Integers(
      codes: sum,
      scale: scale.map { $0 / Rational(1 << places) },
      error: error,
      isExact: isExact,
      negligibleDistance: negligible.map { Int($0 - spread) }
    )
  }

  /// `bias` less the largest entry of each row; `nil` where a row has nothing but −∞.
  private static func relative(_ bias: [Double], _ shape: [Int]) -> [Double]? {
    let width = shape.last ?? 1
    var result: [Double] = []
    result.reserveCapacity(bias.count)
    for start in stride(from: 0, to: bias.count, by: width) {
      let row = bias[start..<start + width]
      guard let largest = row.max(), largest.isFinite else { return nil }
      result += row.map { $0 - largest }
    }
    return result
  }
}
