public import IntaglioGraph
import IntaglioNumerics

/// Sums integers instead of reals.
///
///     before   q ─ dequantize(s, z, o) ─ sum(axis) ── y
///
///     after    q ─ sum(axis) ─ dequantize(s, n·z, n·o) ── y
///
/// Exact where neither scale, zero point nor offset varies along the axis, and where the sum stays
/// inside 32 bits: the sum of a row's levels, by which an attention's values are divided.
public struct MoveDequantizePastSum: RewriteRule {
  public let law = "sum(s·(q − z) + o) = s·(sum(q) − n·z) + n·o"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .sum(let axis) = graph[value].operation, !graph.type(of: value).isInteger,
      let operand = DequantizedSum(of: graph[value].operands[0], axis, in: graph)
    else { return nil }
    return try operand.append(in: &graph, insteadOf: value, scale: .one, offset: operand.count)
  }
}

/// Dequantized integers whose sum along an axis is one dequantized integer.
struct DequantizedSum {
  private let operand: Dequantized
  private let axis: Int
  /// The terms of each sum.
  let count: Rational

  init?(of value: Value, _ axis: Int, in graph: Graph) {
    guard let operand = graph.dequantized(value) else { return nil }
    let shape = graph.type(of: operand.codes).shape
    let count = shape[axis]
    let fromRight = shape.count - axis
    let dequantizer = operand.dequantizer
    var ranges = Ranges(graph)
    guard
      (1..<1 << 31).contains(count), dequantizer.scale.extent(fromRight: fromRight) == 1,
      dequantizer.zeroPoint.extent(fromRight: fromRight) == 1,
      dequantizer.offset.extent(fromRight: fromRight) == 1,
      let range = ranges.range(of: operand.codes),
      max(range.lowerBound.magnitude, range.upperBound.magnitude) <= (1 << 31 - 1) / UInt(count),
      dequantizer.zeroPoint.values.allSatisfy({
        IntegerType.i32.range.contains($0 * count)
      })
    else { return nil }
    self.operand = operand
    self.axis = axis
    self.count = Rational(count)
  }

  /// The integers' sum, dequantized with `scale` times the scale and `offset` times the offset; it takes
  /// the place of `value`.
  func append(
    in graph: inout Graph,
    insteadOf value: Value,
    scale: Rational,
    offset: Rational
  ) throws(GraphError) -> Value {
    let sum = try graph.append(.sum(axis: axis), operand.codes)
    try graph.inherit(value, by: sum)
    let dequantizer = operand.dequantizer
    let shape = graph.type(of: operand.codes).shape
    return try graph.append(
      .dequantize(
        Dequantizer(
          scale: dequantizer.scale.map { $0 * scale },
          zeroPoint: dequantizer.zeroPoint.map { $0 * shape[axis] },
          offset: dequantizer.offset.map { $0 * offset }
        )
      ),
      sum
    )
  }
}
