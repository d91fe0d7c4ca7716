import BigInt
import IntaglioGraph
import IntaglioNumerics

/// What norms that share a unit have in common; all else is numbers of a row's job and of its channels.
struct NormForm: Hashable, Sendable {
  let isCentered: Bool
  let count: Int
  let code: IntegerType
  /// q of N²·ε = p/q without its twos: norms whose q differ by a power of two share the greatest one.
  let oddWeight: BigInt

  init(_ norm: IntegerNorm, count: Int) {
    isCentered = norm.isCentered
    self.count = count
    code = norm.requantizer.type
    let weight = norm.epsilon(count: count).denominator
    oddWeight = weight >> weight.trailingZeroBitCount
  }
}

extension IntegerNorm {
  /// N²·ε.
  func epsilon(count: Int) -> Rational { epsilon * Rational(count) * Rational(count) }
}
