public import IntaglioGraph
import IntaglioNumerics

/// Takes scales that vary along the sum into the weights, which are expressed anew in at most 8 bits.
///
///     before   x ─ dequantize(sₖ, z) ─┐
///                                     ├─ matmul ── y
///              w ─ dequantize(t, v) ──┘
///
///     after    x ─ dequantize(1, z) ─┐
///                                    ├─ matmul ── y
///              w′ ─ dequantize(βⱼ) ──┘      βⱼ·w′ₖⱼ ≈ sₖ·tₖⱼ·(wₖⱼ − vₖⱼ)
///
/// Signs go into the weights too. When the products are whole multiples of one number per column that
/// fit 8 bits (scales that are small multiples of each other, such as powers of two), the law is
/// exact. Otherwise `allowingBounds` decides: the weights are rounded to 255 levels per column, and
/// the largest error over every input is stated with the node.
public struct AbsorbContractionScaleIntoWeights: RewriteRule {
  public let law = "Σₖ (sₖ·xₖ)·wₖⱼ = Σₖ xₖ·(sₖ·wₖⱼ)"
  private let allowingBounds: Bool

  /// - Parameter allowingBounds: whether weights may be rounded to 8 bits.
  public init(allowingBounds: Bool) { self.allowingBounds = allowingBounds }

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .matmul = graph[value].operation,
      let x = graph.dequantized(graph[value].operands[0]),
      let w = graph.dequantized(graph[value].operands[1]),
      x.dequantizer.scale.extent(fromRight: 1) > 1,
      x.dequantizer.scale.shape.count == 1,
      x.dequantizer.offset.uniform?.isZero == true, w.dequantizer.offset.uniform?.isZero == true,
      let xType = graph.type(of: x.codes).integer, xType.bits <= 8,
      let codes = graph.constant(w.codes)?.integers,
      graph.type(of: w.codes).shape.count == 2
    else { return nil }

    let shape = graph.type(of: w.codes).shape
    let matrix = ScaledWeights(codes, shape, w.dequantizer, rows: x.dequantizer.scale)
    let fitted = matrix.exact() ?? (allowingBounds ? matrix.rounded() : nil)
    guard let fitted, let tensor = Tensor(fitted.codes, .i8, shape: shape) else { return nil }

    let left = try graph.append(
      .dequantize(Dequantizer(scale: Scale(.one), zeroPoint: x.dequantizer.zeroPoint)),
      x.codes
    )
    let weights = try graph.append(.constant(tensor))
    let right = try graph.append(.dequantize(Dequantizer(scale: fitted.scale)), weights)
    let product = try graph.append(.matmul, left, right)
    try graph.inherit(value, by: product)
    let spread = Self.largestDistance(of: xType, from: x.dequantizer.zeroPoint)
    if let bound = matrix.bound(of: fitted, activations: spread, law: name) {
      graph.setBound(bound, of: product)
    }
    return product
  }

  /// The number of real multiplications whose left scale varies along the sum.
  public func measure(_ graph: Graph) -> Int {
    graph.live.count { value in
      guard case .matmul = graph[value].operation else { return false }
      let left = graph.dequantized(graph[value].operands[0])
      return (left?.dequantizer.scale.extent(fromRight: 1) ?? 1) > 1
    }
  }

  /// The largest |q − z| that a code can have, per index of the contraction axis or one for all.
  private static func largestDistance(of type: IntegerType, from zeroPoint: ZeroPoint) -> [Int] {
    zeroPoint.values.map { z in
      max(abs(type.range.lowerBound - z), abs(type.range.upperBound - z))
    }
  }
}
