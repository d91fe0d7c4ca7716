public import IntaglioGraph
import IntaglioNumerics

/// Moves dequantization from the operands of a matmul to its result: the heart of the reordering.
///
///     before   a ─ dequantize(s, z) ─┐
///                                    ├─ matmul ── y
///              b ─ dequantize(t, w) ─┘
///
///     after    a ─┐
///                 ├─ matmul ─ (zero-point corrections) ─ dequantize(s·t) ── y
///              b ─┘
///
/// Holds because Σₖ sᵢ(aᵢₖ − zₖ)·tⱼ(bₖⱼ − wₖ) = sᵢtⱼ·Σₖ (aᵢₖ − zₖ)(bₖⱼ − wₖ): scales that do not vary
/// along *k* leave the sum, whatever else they vary along (rows, columns, heads). The zero points
/// expand into integer row-sum and column-sum corrections. The guards are in `MatmulAnalysis`: both
/// operands are codes of at most 8 bits without a real offset, no scale varies along *k*, no zero
/// point varies over both axes of its matrix, and no sum can leave 32 bits.
///
/// Lin & Shah, arXiv 2504.18547, section III; the form with zero points is gemmlowp's.
public struct MoveDequantizePastMatmul: RewriteRule {
  public let law = "matmul(s·(a − z), t·(b − w)) = s·t·(matmul(a, b) − z·b − a·w + z·w)"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard case .matmul = graph[value].operation, !graph.type(of: value).isInteger else {
      return nil
    }
    let matmul: MatmulAnalysis
    do { matmul = try MatmulAnalysis(value, in: graph) } catch { return nil }

    let product = try graph.append(.matmul, matmul.left.codes, matmul.right.codes)
    try graph.inherit(value, by: product)
    let corrected = try ZeroPointCorrection(matmul.left, matmul.right).apply(
      to: product,
      in: &graph
    )
    return try graph.append(.dequantize(Dequantizer(scale: matmul.scale)), corrected)
  }
}
