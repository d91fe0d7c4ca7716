public import IntaglioGraph
import IntaglioNumerics

/// Drops a quantizer that meets the very codes it would make.
///
///     before   q ─ dequantize(s, z) ─ quantize(s, z) ── y
///
///     after    q ── y
///
/// Holds when scale and zero point agree, nothing is added between, and the quantizer's type is the
/// type of q: then s·(q − z)/s + z is the integer q, which rounds and clamps to itself.
public struct CollapseRepeatedQuantization: RewriteRule {
  public let law = "quantize(dequantize(q)) = q"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .quantize(let quantizer) = graph[value].operation,
      let operand = graph.dequantized(graph[value].operands[0]),
      operand.dequantizer == quantizer.inverse,
      graph.type(of: operand.codes) == graph.type(of: value)
    else { return nil }
    return operand.codes
  }
}
