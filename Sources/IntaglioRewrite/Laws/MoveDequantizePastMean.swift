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
      let operand = graph.dequantized(graph[value].operands[0])
    else { return nil }
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

    let sum = try graph.append(.sum(axis: axis), operand.codes)
    try graph.inherit(value, by: sum)
    return try graph.append(
      .dequantize(
        Dequantizer(
          scale: dequantizer.scale.map { $0 / Rational(count) },
          zeroPoint: dequantizer.zeroPoint.map { $0 * count },
          offset: dequantizer.offset
        )
      ),
      sum
    )
  }
}
