import IntaglioGraph
import IntaglioNumerics

/// clamp(round(x / scale + zero point)) with limits that need not be those of an integer type.
///
/// A quantizer of the graph uses the whole range of its type. Where the limits are others, the reals are
/// limited before: rounding is monotone and leaves integers alone, so
/// clamp(round(x / s) + z, a, b) = round(clamp(x, (a − z)·s, (b − z)·s) / s) + z.
struct LimitedQuantizer {
  var scale: Scale
  var zeroPoint: ZeroPoint
  var placement: ZeroPointPlacement
  var range: ClosedRange<Int>

  /// The quantizer that this is without limits of its own, `nil` where it needs some.
  private var plain: Quantizer? {
    guard let type = IntegerType(holding: range), type.range == range else { return nil }
    return Quantizer(type, scale: scale, zeroPoint: zeroPoint, placement: placement)
  }

  /// The node that makes the codes of `x`; `nil` where no graph says it.
  func node(of x: Value, in graph: inout Graph) throws(GraphError) -> Node? {
    if let plain { return Node(.quantize(plain), [x]) }
    guard let type = IntegerType(holding: range) else { return nil }
    guard let zero = zeroPoint.uniform else { return nil }
    let (low, high) = (Rational(range.lowerBound - zero), Rational(range.upperBound - zero))
    if let step = scale.uniform {
      let ends = [(low * step).doubleValue, (high * step).doubleValue].sorted()
      guard ends.allSatisfy(\.isFinite) else { return nil }
      let clip = Function.clip(lower: ends[0], upper: ends[1])
      let limited = try graph.append(Node(.function(clip), [x]))
      let quantizer = Quantizer(type, scale: scale, zeroPoint: zeroPoint, placement: placement)
      return Node(.quantize(quantizer), [limited])
    }
    // Limits would differ from element to element; they do not for x / scale.
    let divisors = Tensor(scale.values.map(\.doubleValue), shape: scale.shape)
    guard divisors.rationals == scale.values else { return nil }
    let divisor = try graph.append(Node(.constant(divisors)))
    let quotient = try graph.append(Node(.divide, [x, divisor]))
    let clip = Function.clip(lower: low.doubleValue, upper: high.doubleValue)
    let limited = try graph.append(Node(.function(clip), [quotient]))
    let quantizer = Quantizer(
      type,
      scale: Scale(.one),
      zeroPoint: zeroPoint,
      placement: placement
    )
    return Node(.quantize(quantizer), [limited])
  }
}

extension ZeroPoint {
  /// Where a zero point that is added before rounding may as well be added after: even ones move no tie.
  var placementBeforeRounding: ZeroPointPlacement {
    values.allSatisfy { $0 % 2 == 0 } ? .afterRounding : .beforeRounding
  }
}
