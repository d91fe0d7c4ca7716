public import IntaglioGraph
import IntaglioNumerics

/// Sums integers instead of averaging reals.
///
///     before   q ─ dequantize(s, z, o) ─ mean(axis) ── y
///
///     after    q ─ sum(axis) ─ dequantize(s/n, n·z, o) ── y
///
/// Exact where neither scale, zero point nor offset varies along the axis, and where the sum stays
/// inside 32 bits: the global average pooling of a classifier.
public struct MoveDequantizePastMean: RewriteRule {
  public let law = "mean(s·(q − z) + o) = (s/n)·(sum(q) − n·z) + o"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .mean(let axis) = graph[value].operation,
      let operand = DequantizedSum(of: graph[value].operands[0], axis, in: graph)
    else { return nil }
    return try operand.append(
      in: &graph,
      insteadOf: value,
      scale: Rational.one / operand.count,
      offset: .one
    )
  }
}
