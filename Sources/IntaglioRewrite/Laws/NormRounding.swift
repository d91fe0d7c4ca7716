import BigInt
import IntaglioGraph
import IntaglioNumerics

/// Shorter parameters of a norm: equation (35).
struct NormRounding {
  /// Behind the point of γ/s′ and β/s′.
  let fractionBits: Int
  /// Of a row.
  let width: Int

  private var unit: Rational { Rational(1, over: BigInt(1) << fractionBits) }

  /// `norm` with multipliers and offsets in units of 2^−`fractionBits`, none of them zero that was not,
  /// and N²·ε in the coarsest power of two of which it has 2^`fractionBits` at least.
  func round(_ norm: IntegerNorm) -> IntegerNorm {
    let requantizer = norm.requantizer
    return IntegerNorm(
      isCentered: norm.isCentered,
      left: norm.left,
      epsilon: epsilon(norm.epsilon),
      method: norm.method,
      requantizer: Requantizer(
        requantizer.type,
        multiplier: requantizer.multiplier.map(nearest),
        offset: requantizer.offset.map { $0.isZero ? $0 : nearest($0) },
        zeroPoint: requantizer.zeroPoint
      )
    )
  }

  /// How far what is rounded to a code can move: |ŷ| ≤ √N, and ŷ moves by no greater part of itself than
  /// ε does.
  func error(from norm: IntegerNorm, to rounded: IntegerNorm) -> Double {
    func largest(_ before: Scale, _ after: Scale) -> Double {
      zip(before.values, after.values).map { ($0 - $1).magnitude.doubleValue }.max() ?? 0
    }
    let (before, after) = (norm.requantizer, rounded.requantizer)
    let multiplier = largest(before.multiplier, after.multiplier)
    let offset = largest(before.offset, after.offset)
    let size = after.multiplier.values.map { $0.magnitude.doubleValue }.max() ?? 0
    let ratio = ((rounded.epsilon - norm.epsilon).magnitude / norm.epsilon).doubleValue
    let root = Double(width).squareRoot()
    // Both conversions to Double and the sums round: four of them, far below the last factor.
    return (root * (multiplier + size * ratio) + offset) * (1 + 0x1p-40)
  }

  private func nearest(_ number: Rational) -> Rational {
    let steps = (number / unit).roundedHalfEven
    if steps.isZero { return number.isNegative ? -unit : unit }
    return Rational(steps, over: 1) * unit
  }

  private func epsilon(_ epsilon: Rational) -> Rational {
    let square = Rational(width) * Rational(width)
    let scaled = epsilon * square
    var power = BigInt(1)
    let least = Rational(BigInt(1) << fractionBits, over: 1)
    while scaled * Rational(power, over: 1) < least { power <<= 1 }
    return Rational((scaled * Rational(power, over: 1)).roundedHalfEven, over: power) / square
  }
}
