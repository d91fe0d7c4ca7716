public import IntaglioGraph
import IntaglioNumerics

/// Turns quantize ∘ dequantize, with whatever scale and bias gathered between, into one integer step.
///
///     before   q ─ dequantize(s, z, o) ─ quantize(s′, z′) ── y
///
///     after    q ─ requantize(s/s′, (o − s·z)/s′, z′) ── y
///
/// Exact: multiplier and offset are ratios. A zero point that the quantizer adds before rounding
/// joins the offset; one added after rounding stays outside, because half-to-even sees its parity.
public struct AbsorbScalesIntoRequantize: RewriteRule {
  public let law = "quantize(s·(q − z) + o; s′, z′) = round((s/s′)·q + (o − s·z)/s′) + z′"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .quantize(let quantizer) = graph[value].operation,
      let operand = graph.dequantized(graph[value].operands[0]),
      let requantizer = Self.requantizer(operand.dequantizer, quantizer)
    else { return nil }
    return try graph.append(
      .requantize(requantizer),
      operand.codes,
      name: graph.name(of: value)
    )
  }

  static func requantizer(_ dequantizer: Dequantizer, _ quantizer: Quantizer) -> Requantizer? {
    guard
      let multiplier = dequantizer.scale.combined(quantizer.scale, /),
      let shift = dequantizer.scale.combined(dequantizer.zeroPoint, { $0 * Rational($1) }),
      let addend = dequantizer.offset.combined(shift, -),
      let offset = addend.combined(quantizer.scale, /)
    else { return nil }
    switch quantizer.placement {
    case .afterRounding:
      return Requantizer(
        quantizer.type,
        multiplier: multiplier,
        offset: offset,
        zeroPoint: quantizer.zeroPoint
      )
    case .beforeRounding:
      guard let joined = offset.combined(quantizer.zeroPoint, { $0 + Rational($1) }) else {
        return nil
      }
      return Requantizer(quantizer.type, multiplier: multiplier, offset: joined)
    }
  }
}
