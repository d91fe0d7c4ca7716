public import IntaglioGraph
import IntaglioNumerics

/// Turns softmax and the quantizer behind it into shifts, a table and one threshold per code:
/// equations (23)–(25).
///
///     before   a ─ dequantize(s) ─ (+ mask) ─ softmax ─ quantize(s′, z′) ── y
///
///     after    a ─ (· 2^k + mask′) ─ integer-softmax(s/2^k, s′, z′) ── y
///
/// Zero points and offsets that are the same along a row cancel. A mask or bias that varies along the
/// row is added to the scores as an integer; an entry so low that its power is zero (−∞, −10⁴)
/// stays exactly zero. The exponential is the one part that approximates; its error table says by
/// how much.
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
      let (operand, scale) = try scores.integers(in: &graph)
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
    let result = try graph.append(
      .integer(.softmax(softmax)),
      operand,
      name: graph.name(of: value)
    )
    let bound = exponential.bound(count: graph.type(of: value).shape.last ?? 1)
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

  /// An entry this far below zero has no part in any row.
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

  /// The scores with the bias added as integers, and their scale.
  func integers(in graph: inout Graph) throws(GraphError) -> (Value, Scale)? {
    let scale = scores.dequantizer.scale
    guard let bias else { return (scores.codes, scale) }
    var ranges = Ranges(graph)
    guard let range = ranges.range(of: scores.codes) else { return nil }
    let scales = scale.expanded(over: shape).map(\.doubleValue)
    let largest = Double(max(range.lowerBound.magnitude, range.upperBound.magnitude))
    // What leaves a row: below every score by more than a power of two can show.
    let lowered = zip(bias, scales).map { entry, scale in
      let floor = Self.negligible - 2 * largest * scale.magnitude
      return (entry > Self.negligible ? entry : min(floor, 0)) / scale
    }
    let reach = lowered.reduce(largest) { max($0, $1.magnitude + largest) }
    // As many places as 31 bits leave.
    let places = max(0, min(10, Int((0x1p30 / reach).exponent)))
    guard reach < 0x1p30 else { return nil }
    let unit = Double(1 << places)
    let entries = lowered.map { Int(($0 * unit).rounded(.toNearestOrEven)) }
    let widened =
      places == 0
      ? scores.codes
      : try graph.append(.multiply, scores.codes, try graph.appendConstant(Broadcast(1 << places)))
    let sum = try graph.append(
      .add,
      widened,
      try graph.appendConstant(Broadcast(entries, shape: shape))
    )
    return (sum, scale.map { $0 / Rational(1 << places) })
  }
}
