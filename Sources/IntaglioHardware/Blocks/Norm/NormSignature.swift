import BigInt
public import IntaglioGraph
public import IntaglioNumerics

/// What norms that share a unit have in common; all else is numbers of a row's command and of its channels.
public struct NormSignature: Hashable, Sendable {
  public let isCentered: Bool
  public let count: Int
  public let code: IntegerType
  /// Of the elements.
  public let value: IntegerType
  /// q of N²·ε = p/q without its twos: norms whose q differ by a power of two share the greatest one.
  let oddWeight: BigInt

  /// The form of `norm` for rows of `count` elements.
  public init(_ norm: IntegerNorm, count: Int, value: IntegerType) {
    isCentered = norm.isCentered
    self.count = count
    self.value = value
    code = norm.requantizer.type
    let weight = norm.epsilon(count: count).denominator
    oddWeight = weight >> weight.trailingZeroBitCount
  }
}

extension IntegerNorm {
  /// N²·ε.
  func epsilon(count: Int) -> Rational { epsilon * Rational(count) * Rational(count) }
}
