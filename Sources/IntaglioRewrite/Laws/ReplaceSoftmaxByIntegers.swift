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
      let integers = try scores.integers(in: &graph)
    else { return nil }
    let softmax = IntegerSoftmax(
      scale: integers.scale,
      exponential: exponential,
      quantizer: Quantizer(
        quantizer.type,
        scale: quantizer.scale.map { $0.rounded(toSignificantBits: Self.scaleBits) },
        zeroPoint: quantizer.zeroPoint,
        placement: quantizer.placement
      )
    )
    guard softmax.fits(graph.type(of: integers.codes).shape) else { return nil }
    let result = try graph.append(
      .integer(.softmax(softmax)),
      integers.codes,
      name: graph.name(of: value)
    )
    // A score that is off by δ, and another by as much the other way, change a probability by at
    // most δ/2.
    let bound = min(
      1,
      exponential.bound(count: graph.type(of: value).shape.last ?? 1) + (integers.error / 2).nextUp
    )
    graph.setBound(
      ErrorBound(law: "\(name), \(exponential)", maximum: bound, relative: bound),
      of: result
    )
    return result
  }
}
