public import IntaglioGraph
import IntaglioNumerics

/// Turns a division by an integer of the row and the quantizer behind it into one exact rounding of
/// integers: equation (37).
///
///     before   a ─ dequantize(s) ─┐
///                                 ├─ divide ─ (+ β) ─ quantize(s′, z′) ── y
///              b ─ dequantize(t) ─┘
///
///     after    a ─┐
///                 ├─ quotient(s/(t·s′), β/s′, z′) ── y
///              b ─┘
///
/// b has one element for each row and is proved not to be negative; neither operand has a zero point or
/// an offset, and the codes have at most 8 bits. Exact wherever the model has a value: where b is 0 it
/// has none, and the quotient counts as 0.
public struct ReplaceQuotientByIntegers: RewriteRule {
  public let law = "quantize(s·a/(t·b) + β; s′, z′) = round((s/(t·s′))·a/b + β/s′) + z′"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .quantize(let quantizer) = graph[value].operation,
      let sum = graph.withoutAddedConstants(graph[value].operands[0]),
      case .divide = graph[sum.value].operation,
      let dividend = graph.plainIntegers(graph[sum.value].operands[0]),
      let divisor = graph.plainIntegers(graph[sum.value].operands[1]),
      graph.isNeverNegative(divisor.codes),
      let scale = dividend.scale.combined(divisor.scale, /),
      let requantizer = AbsorbScalesIntoRequantize.requantizer(
        Dequantizer(scale: scale, offset: sum.addend),
        quantizer
      )
    else { return nil }
    let quotient = Quotient(requantizer)
    let operands = [dividend.codes, divisor.codes]
    guard quotient.fits(operands.map { graph.type(of: $0).shape }) else { return nil }
    return try graph.append(
      Node(.integer(.quotient(quotient)), operands),
      name: graph.name(of: value)
    )
  }
}

extension Graph {
  /// The integers and the scale of a dequantized value without zero point and offset.
  fileprivate func plainIntegers(_ value: Value) -> (codes: Value, scale: Scale)? {
    guard
      let operand = dequantized(value), operand.dequantizer.zeroPoint.uniform == 0,
      operand.dequantizer.offset.uniform?.isZero == true
    else { return nil }
    return (operand.codes, operand.dequantizer.scale)
  }

  fileprivate func isNeverNegative(_ value: Value) -> Bool {
    var ranges = Ranges(self)
    return ranges.range(of: value).map { $0.lowerBound >= 0 } ?? false
  }
}
