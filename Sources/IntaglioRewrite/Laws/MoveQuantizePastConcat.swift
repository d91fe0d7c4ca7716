public import IntaglioGraph
import IntaglioNumerics

/// Quantizes the parts of a concatenation instead of the whole.
///
///     before   a ─┐
///                 ├─ concat ─ (+ constant) ─ quantize ── y
///              b ─┘
///
///     after    a ─ (+ part of the constant) ─ quantize ─┐
///                                                       ├─ concat ── y
///              b ─ (+ part of the constant) ─ quantize ─┘
///
/// Exact, because every element keeps its own scale. A part that is constant (a class token with its
/// position) becomes an integer constant. The constant is the position embedding of a transformer.
public struct MoveQuantizePastConcat: RewriteRule {
  public let law = "quantize(concat(a, b) + c) = concat(quantize(a + c₁), quantize(b + c₂))"

  public init() {}

  public func measure(_ graph: Graph) -> Int {
    graph.live.count { value in
      if case .concat = graph[value].operation { !graph.type(of: value).isInteger } else { false }
    }
  }

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .quantize(let quantizer) = graph[value].operation,
      let (whole, constant) = graph.concatAndConstant(graph[value].operands[0]),
      case .concat(let axis) = graph[whole].operation
    else { return nil }
    // What is added to a part that is computed has to be a float.
    guard
      constant?.values.allSatisfy({ Rational(exactly: $0.doubleValue) == $0 }) != false
    else { return nil }
    let shape = graph.type(of: whole).shape
    var parts: [Value] = []
    var start = 0
    for part in graph[whole].operands {
      let count = graph.type(of: part).shape[axis]
      let slice = Layout.slice(axis: axis, start: start, count: count)
      start += count
      let own = Quantizer(
        quantizer.type,
        scale: quantizer.scale.moved(slice, from: shape),
        zeroPoint: quantizer.zeroPoint.moved(slice, from: shape),
        placement: quantizer.placement
      )
      parts.append(
        try graph.appendQuantized(part, plus: constant?.moved(slice, from: shape), own)
      )
    }
    return try graph.append(
      Node(.concat(axis: axis), parts),
      name: graph.name(of: value)
    )
  }
}

extension Graph {
  /// A concatenation, and the constant that may have been added to it.
  fileprivate func concatAndConstant(_ value: Value) -> (whole: Value, constant: Scale?)? {
    let node = self[value]
    if case .concat = node.operation { return (value, nil) }
    guard case .add = node.operation else { return nil }
    for (first, second) in [(0, 1), (1, 0)] {
      let whole = node.operands[first]
      guard case .concat = self[whole].operation,
        let constant = exactConstant(node.operands[second]),
        type(of: whole).shape == type(of: value).shape
      else { continue }
      return (whole, constant)
    }
    return nil
  }

  /// quantize(part + constant), computed at once where `part` is a constant too.
  fileprivate mutating func appendQuantized(
    _ part: Value,
    plus constant: Scale?,
    _ quantizer: Quantizer
  ) throws(GraphError) -> Value {
    let shape = type(of: part).shape
    if let known = exactConstant(part),
      let sum = constant.map({ known.combined($0, +) }) ?? known,
      let codes = quantizer.codes(of: sum, over: shape),
      let tensor = Tensor(codes, quantizer.type, shape: shape)
    {
      return try append(.constant(tensor))
    }
    var operand = part
    if let constant {
      let values = constant.expanded(over: shape).map(\.doubleValue)
      operand = try append(.add, part, try append(.constant(Tensor(values, shape: shape))))
    }
    return try append(.quantize(quantizer), operand)
  }
}

extension Quantizer {
  /// The codes of exact reals.
  func codes(of reals: Broadcast<Rational>, over shape: [Int]) -> [Int]? {
    let range = type.range
    return reals.combined(scale, /)?
      .combined(zeroPoint) { quotient, zeroPoint in
        switch placement {
        case .beforeRounding:
          (quotient + Rational(zeroPoint)).roundedHalfEven(within: range)
        case .afterRounding:
          quotient.roundedHalfEven(
            within: range.lowerBound - zeroPoint...range.upperBound - zeroPoint
          ) + zeroPoint
        }
      }?
      .expanded(over: shape)
  }
}
