public import IntaglioGraph

/// Quantizes before a change of place, so that the quantizer meets what computed its operand.
///
///     before   x ─ layout ─ quantize(s, z) ── y
///
///     after    x ─ quantize(s, z) ─ layout ── y
///
/// Exact, because a layout touches no element. Only where scale and zero point are one number, so
/// that they are the same before, and where no element is dropped or repeated.
public struct MoveQuantizePastLayout: RewriteRule {
  public let law = "quantize(layout(x)) = layout(quantize(x))"

  public init() {}

  public func measure(_ graph: Graph) -> Int { graph.realWork }

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .quantize(let quantizer) = graph[value].operation,
      quantizer.scale.uniform != nil, quantizer.zeroPoint.uniform != nil,
      case .layout(let layout) = graph[graph[value].operands[0]].operation
    else { return nil }
    let operand = graph[graph[value].operands[0]].operands[0]
    switch layout {
    case .reshape, .transpose: break
    case .slice, .broadcast: return nil
    }
    let codes = try graph.append(.quantize(quantizer), operand, name: graph.name(of: value))
    return try graph.append(.layout(layout), codes)
  }
}
