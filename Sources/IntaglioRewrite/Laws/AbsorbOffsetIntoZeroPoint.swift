public import IntaglioGraph
import IntaglioNumerics

/// Takes an offset that is a whole number of steps into the zero point of codes.
///
///     before   q ─ dequantize(s, z, o) ── y,   o/s whole
///
///     after    q ─ dequantize(s, z − o/s) ── y
///
/// So dequantization in steps (Cast, Sub, Mul) leaves no real offset behind. For codes of at most 8 bits,
/// where a zero point lets a multiplication run on integers; an accumulator keeps its bias.
public struct AbsorbOffsetIntoZeroPoint: RewriteRule {
  public let law = "s·(q − z) + o = s·(q − (z − o/s))"

  /// No zero point of codes is farther from zero than this.
  private static let farthest = 1 << 15

  public init() {}

  /// How many live dequantizations this changes.
  public func measure(_ graph: Graph) -> Int {
    graph.live.count { Self.zeroPoint(of: $0, in: graph) != nil }
  }

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      let operand = graph.dequantized(value),
      let zeroPoint = Self.zeroPoint(of: value, in: graph)
    else { return nil }
    let dequantizer = Dequantizer(scale: operand.dequantizer.scale, zeroPoint: zeroPoint)
    return try graph.append(.dequantize(dequantizer), operand.codes, name: graph.name(of: value))
  }

  private static func zeroPoint(of value: Value, in graph: Graph) -> ZeroPoint? {
    guard
      let operand = graph.dequantized(value),
      let type = graph.type(of: operand.codes).integer, type.bits <= 8,
      operand.dequantizer.offset.uniform?.isZero != true,
      let steps = operand.dequantizer.offset.combined(operand.dequantizer.scale, /),
      steps.values.allSatisfy({ $0.isInteger && $0.magnitude <= Rational(farthest) })
    else { return nil }
    return operand.dequantizer.zeroPoint.combined(steps) { $0 - Int($1.roundedHalfEven) }
  }
}
