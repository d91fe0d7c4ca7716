public import IntaglioGraph
import IntaglioNumerics

/// Turns softmax and the quantizer behind it into shifts, a table and one threshold per code:
/// equations (23)–(25).
///
///     before   a ─ dequantize(s) ─ (+ mask) ─ softmax ─ quantize(s′, z′) ── y
///
///     after    a ─ (· 2^k + mask′) ─ integer-softmax(s/2^k, s′, z′) ── y
///
/// Zero points and offsets that are the same along a row cancel, and so does the largest entry of a
/// mask or bias that varies along the row. What remains of it is added to the scores as an integer,
/// never below where no score can reach the others' least power: such entries (−∞, −10⁴) stay exactly
/// zero. The exponential approximates, and so may the bias; the bound says by how much.
public struct ReplaceSoftmaxByIntegers: RewriteRule {
  public let law = "quantize(softmax(s·a)) = round(e/(s′·Σe)), e an integer power"
  private let exponential: IntegerSoftmax.Exponential

  /// The significant bits of s′ that thresholds are made of; what is beyond changes a probability by
  /// less than the table does.
  private static let scaleBits = 39

  public init(_ exponential: IntegerSoftmax.Exponential) { self.exponential = exponential }

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .quantize(let quantizer) = graph[value].operation,
      case .softmax = graph[graph[value].operands[0]].operation,
      quantizer.scale.extent(fromRight: 1) == 1, quantizer.zeroPoint.extent(fromRight: 1) == 1,
      quantizer.scale.values.allSatisfy({ $0.signum > 0 }),
      let scores = MaskedScores(graph[graph[value].operands[0]].operands[0], in: graph),
      let (operand, scale, shift) = try scores.integers(in: &graph)
    else { return nil }
    let softmax = IntegerSoftmax(
      scale: scale,
      exponential: exponential,
      quantizer: Quantizer(
        quantizer.type,
        scale: quantizer.scale.map { $0.rounded(toSignificantBits: Self.scaleBits) },
        zeroPoint: quantizer.zeroPoint,
        placement: quantizer.placement
      )
    )
    guard softmax.fits(graph.type(of: operand).shape) else { return nil }
    let result = try graph.append(
      .integer(.softmax(softmax)),
      operand,
      name: graph.name(of: value)
    )
    // A score that is off by δ, and another by as much the other way, change a probability by at
    // most δ/2.
    let bound = min(
      1,
      exponential.bound(count: graph.type(of: value).shape.last ?? 1) + (shift / 2).nextUp
    )
    graph.setBound(
      ErrorBound(law: "\(name), \(exponential)", maximum: bound, relative: bound),
      of: result
    )
    return result
  }
}

/// Integer scores of one scale per row, and what is added to them before softmax.
private struct MaskedScores {
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

  /// The scores with the bias added as integers, their scale, and how far one can be off.
  func integers(
    in graph: inout Graph
  ) throws(GraphError) -> (codes: Value, scale: Scale, error: Double)? {
    let scale = scores.dequantizer.scale
    guard let bias else { return (scores.codes, scale, 0) }
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
    var error = 0.0
    for (index, entry) in entries.enumerated() where relative[index] > floors[index] {
      error = max(error, ((entry / unit - lowered[index]) * scales[index]).magnitude)
    }
    let widened =
      places == 0
      ? scores.codes
      : try graph.append(.multiply, scores.codes, try graph.appendConstant(Broadcast(1 << places)))
    let sum = try graph.append(
      .add,
      widened,
      try graph.appendConstant(Broadcast(entries.map { Int($0) }, shape: shape))
    )
    return (sum, scale.map { $0 / Rational(1 << places) }, error)
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
