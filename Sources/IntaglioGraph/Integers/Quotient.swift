import IntaglioNumerics

/// Integers → codes of what they are over an integer of their row: equation (37).
///
/// `a […, m, n]` over `b […, m, 1]` is round(M·a/b + B) + z, half to even and clamped, with the
/// `requantizer`'s multiplier, offset and zero point; a/0 counts as 0.
public struct Quotient: Hashable, Sendable {
  /// Of a/b; stretches over the result.
  public let requantizer: Requantizer

  public init(_ requantizer: Requantizer) { self.requantizer = requantizer }

  /// Whether it can be applied to operands of these dimensions.
  package func fits(_ shapes: [[Int]]) -> Bool { fault(shapes) == nil }

  func fault(_ shapes: [[Int]]) -> String? {
    guard shapes.count == 2, let last = shapes[0].indices.last else {
      return "expected at least one axis"
    }
    guard shapes[1] == Array(shapes[0][..<last]) + [1] else {
      return "expected a divisor for each row"
    }
    guard requantizer.type.bits <= 8 else { return "codes of at most 8 bits" }
    let fits =
      requantizer.multiplier.fits(shapes[0]) && requantizer.offset.fits(shapes[0])
      && requantizer.zeroPoint.fits(shapes[0])
    return fits ? nil : "the quantizer's parameters do not stretch over it"
  }

  func apply(to dividends: [Int], over divisors: [Int], shape: [Int]) -> [Int] {
    let width = shape.last ?? 1
    let multiplier = requantizer.multiplier.indices(over: shape)
    let offset = requantizer.offset.indices(over: shape)
    let zeroPoint = requantizer.zeroPoint.indices(over: shape)
    let range = requantizer.type.range
    return dividends.indices.map { index in
      let z = requantizer.zeroPoint.values[Int(zeroPoint[index])]
      return QuotientRounding.rounded(
        dividends[index],
        over: divisors[index / width],
        multiplier: requantizer.multiplier.values[Int(multiplier[index])],
        offset: requantizer.offset.values[Int(offset[index])],
        within: range.lowerBound - z...range.upperBound - z
      ) + z
    }
  }
}
