public import IntaglioGraph

/// Multiplies by constant weights from the right, in as few dimensions as they have.
///
///     before   W [m, k] ─┐
///                        ├─ matmul ── y          x ─────────────┐
///              x [k, n] ─┘                                      ├─ matmul ── y
///                                                W [1, k, n] ───┘
///
///     after    xᵀ ─┐                             x ─────────────┐
///                  ├─ matmul ─ transpose ── y                   ├─ matmul (─ reshape) ── y
///              Wᵀ ─┘                             W [k, n] ──────┘
///
/// For weights whose leading dimensions are all 1. Quantizers are chosen for weights on the right: inputs of
/// such a layer have a scale for each channel, outputs one for each column.
public struct MoveConstantFactorRight: RewriteRule {
  public let law = "W·x = (xᵀ·Wᵀ)ᵀ"

  public init() {}

  /// The multiplications by constants that stand elsewhere.
  public func measure(_ graph: Graph) -> Int {
    graph.live.count { Self.side(of: $0, in: graph) != nil }
  }

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard let side = Self.side(of: value, in: graph) else { return nil }
    let operands = graph[value].operands
    let weights = graph.type(of: operands[side]).shape
    let matrix = try graph.append(.layout(.reshape(Array(weights.suffix(2)))), operands[side])
    let result = graph.type(of: value).shape
    let product: Value
    if side == 1 {
      product = try graph.append(.matmul, operands[0], matrix)
      try graph.inherit(value, by: product)
    } else {
      let rank = graph.type(of: operands[1]).shape.count
      let turned = try graph.append(
        .matmul,
        graph.turned(operands[1], rank),
        graph.turned(matrix, 2)
      )
      try graph.inherit(value, by: turned)
      product = try graph.turned(turned, rank)
    }
    guard graph.type(of: product).shape != result else { return product }
    return try graph.append(.layout(.reshape(result)), product)
  }

  /// Which operand of `value` are weights that do not lie as they should.
  private static func side(of value: Value, in graph: Graph) -> Int? {
    guard case .matmul = graph[value].operation else { return nil }
    let operands = graph[value].operands
    let areConstant = operands.map { !graph.dependsOnInput($0) }
    guard areConstant[0] != areConstant[1] else { return nil }
    let side = areConstant[0] ? 0 : 1
    let shapes = operands.map { graph.type(of: $0).shape }
    guard shapes[side].count >= 2, shapes[1 - side].count >= 2,
      shapes[side].dropLast(2).allSatisfy({ $0 == 1 }),
      side == 0 || shapes[1].count > 2
    else { return nil }
    return side
  }
}

extension Graph {
  /// `value`, of `rank` axes, with the last two of them exchanged.
  fileprivate mutating func turned(_ value: Value, _ rank: Int) throws(GraphError) -> Value {
    var axes = Array(0..<rank)
    axes.swapAt(rank - 2, rank - 1)
    return try append(.layout(.transpose(axes)), value)
  }
}
