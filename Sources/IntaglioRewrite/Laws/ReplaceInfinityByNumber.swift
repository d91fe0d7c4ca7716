public import IntaglioGraph
import IntaglioNumerics

/// Gives infinities that are added before a quantizer a number that saturates all the same: a mask on scores
/// whose sum is quantized.
///
///     before   a ─ dequantize ─┐
///                              ├─ add ─ quantize ── y
///              0, −∞, … ───────┘
///
///     after    a ─ dequantize ─┐
///                              ├─ add ─ quantize ── y
///              0, −2^e, … ─────┘
///
/// Exact: 2^e is beyond whatever the dequantized integers and the codes can be, so the code is the least or
/// the largest as before. A constant that is not a number stays.
public struct ReplaceInfinityByNumber: RewriteRule {
  public let law = "quantize(x − ∞) = quantize(x − 2^e), 2^e beyond x and all codes"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .quantize(let quantizer) = graph[value].operation,
      graph[graph[value].operands[0]].operation.additiveSign != nil
    else { return nil }
    let sum = graph[value].operands[0]
    for (kept, other) in [(0, 1), (1, 0)] {
      let operands = graph[sum].operands
      guard
        let tensor = graph.constant(operands[other]), !tensor.type.isInteger,
        tensor.doubles.contains(where: \.isInfinite), !tensor.doubles.contains(where: \.isNaN),
        let limit = graph.limit(of: operands[kept], and: quantizer)
      else { continue }
      let finite = tensor.doubles.map { $0.isInfinite ? ($0 < 0 ? -limit : limit) : $0 }
      let constant = try graph.append(.constant(Tensor(finite, shape: tensor.type.shape)))
      let pair = kept == 0 ? [operands[0], constant] : [constant, operands[1]]
      let replaced = try graph.append(
        Node(graph[sum].operation, pair),
        name: graph.name(of: sum)
      )
      return try graph.append(.quantize(quantizer), replaced, name: graph.name(of: value))
    }
    return nil
  }

  /// The infinities that are left.
  public func measure(_ graph: Graph) -> Int {
    graph.live.reduce(0) { total, value in
      total + (graph.constant(value)?.doubles.count(where: \.isInfinite) ?? 0)
    }
  }
}

extension Graph {
  /// A power of two beyond twice what dequantized integers and the numbers of all codes can be; `nil` where
  /// nothing bounds them.
  fileprivate func limit(of value: Value, and quantizer: Quantizer) -> Double? {
    var ranges = Ranges(self)
    guard
      let operand = dequantized(value), let range = ranges.range(of: operand.codes)
    else { return nil }
    let dequantizer = operand.dequantizer
    func largest(_ numbers: Broadcast<Int>) -> Rational {
      Rational(numbers.values.map(\.magnitude).max() ?? 0)
    }
    func largest(_ numbers: Scale) -> Rational { numbers.values.map(\.magnitude).max() ?? 0 }
    let codes = Rational(max(range.lowerBound.magnitude, range.upperBound.magnitude))
    let reals =
      (codes + largest(dequantizer.zeroPoint)) * largest(dequantizer.scale)
      + largest(dequantizer.offset)
    let type = quantizer.type.range
    let steps =
      Rational(max(type.lowerBound.magnitude, type.upperBound.magnitude))
      + largest(quantizer.zeroPoint) + 1
    let needed = (reals + steps * largest(quantizer.scale)) * 2
    let exponent = needed.doubleValue.exponent + 1
    guard needed.doubleValue.isFinite, exponent <= 100 else { return nil }
    return Double(sign: .plus, exponent: max(Int(exponent), 0), significand: 1)
  }
}
