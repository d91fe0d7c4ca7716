import IntaglioGraph
import IntaglioNumerics

/// A real value seen as integers and what restores it.
struct Dequantized {
  let codes: Value
  let dequantizer: Dequantizer
}

extension Graph {
  /// `value` as dequantized integers, `nil` when another operation makes it.
  func dequantized(_ value: Value) -> Dequantized? {
    guard case .dequantize(let dequantizer) = self[value].operation else { return nil }
    return Dequantized(codes: self[value].operands[0], dequantizer: dequantizer)
  }

  /// The exact real numbers of a constant, whether it is kept as reals or as dequantized integers;
  /// `nil` when `value` is no constant or holds an infinity or NaN.
  func exactConstant(_ value: Value) -> Broadcast<Rational>? {
    let shape = type(of: value).shape
    guard !shape.contains(0) else { return nil }
    if let tensor = constant(value) {
      guard let values = tensor.rationals else { return nil }
      return Broadcast(values, shape: shape)
    }
    guard
      let dequantized = dequantized(value),
      let codes = constant(dequantized.codes)?.integers
    else { return nil }
    return dequantized.dequantizer.applied(to: Broadcast(codes, shape: shape))
  }
}

extension Dequantizer {
  /// scale · (q − zeroPoint) + offset, exactly; `nil` when the shapes do not fit.
  func applied(to codes: Broadcast<Int>) -> Broadcast<Rational>? {
    codes.combined(zeroPoint) { Rational($0 - $1) }?
      .combined(scale, *)?
      .combined(offset, +)
  }
}
