import BigInt
import IntaglioNumerics

/// Exact numbers as one exact factor times floats.
///
/// The scales of a layer are products of one activation scale and one short weight scale per
/// channel, perhaps over one output scale. Taking out what they have in common leaves the short
/// part, which a float32 holds exactly.
struct CommonFactor: Sendable, Equatable {
  let factor: Rational
  let multiples: Multiples

  enum Multiples: Sendable, Equatable {
    case floats([Float])
    case doubles([Double])
  }

  /// A common denominator longer than this many bits means that there is none worth the name.
  static let limit = 256

  /// `nil` where even doubles do not hold the multiples exactly.
  init?(_ values: [Rational]) {
    guard let factor = Self.factor(of: values) else { return nil }
    var doubles: [Double] = []
    doubles.reserveCapacity(values.count)
    for value in values {
      let multiple = (value / factor).doubleValue
      guard let exact = Rational(exactly: multiple), exact * factor == value else { return nil }
      doubles.append(multiple)
    }
    self.factor = factor
    let floats = doubles.map { Float($0) }
    let fit = zip(floats, doubles).allSatisfy { $0.isFinite && Double($0) == $1 }
    self.multiples = fit ? .floats(floats) : .doubles(doubles)
  }

  /// The largest number of which all are integer multiples; `nil` where none is short.
  private static func factor(of values: [Rational]) -> Rational? {
    var denominator: BigInt = 1
    for value in values where denominator % value.denominator != 0 {
      denominator *= value.denominator / denominator.greatestCommonDivisor(with: value.denominator)
      // Powers of two are free.
      if denominator.bitWidth - denominator.trailingZeroBitCount > limit { return nil }
      if denominator.bitWidth > 1 << 12 { return nil }
    }
    var divisor: BigInt = 0
    for value in values {
      let multiple = value.numerator * (denominator / value.denominator)
      divisor = divisor.greatestCommonDivisor(with: multiple)
    }
    return divisor.isZero ? .one : Rational(divisor, over: denominator)
  }
}
