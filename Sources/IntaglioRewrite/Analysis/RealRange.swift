import IntaglioGraph
import IntaglioNumerics

/// Ends between which a real number is known to lie.
///
/// The ends are doubles, and every operation rounds them outwards: to the nearest double that the
/// exact result is not beyond. A result that a double holds stays exact. An infinite end bounds
/// nothing.
struct RealRange: Hashable, Sendable {
  let lower: Double
  let upper: Double

  /// Nothing is known.
  static let everything = RealRange(-.infinity, .infinity)

  /// Ends that are not numbers, or stand the wrong way round, bound nothing.
  init(_ lower: Double, _ upper: Double) {
    guard lower <= upper else {
      (self.lower, self.upper) = (-.infinity, .infinity)
      return
    }
    (self.lower, self.upper) = (lower, upper)
  }

  init(_ value: Double) { self.init(value, value) }

  init(_ exact: Rational) {
    let near = exact.doubleValue
    guard let back = Rational(exactly: near) else {
      let greatest = Double.greatestFiniteMagnitude
      self = near > 0 ? RealRange(greatest, .infinity) : RealRange(-.infinity, -greatest)
      return
    }
    self.init(back > exact ? near.nextDown : near, back < exact ? near.nextUp : near)
  }

  init(_ range: ClosedRange<Int>) {
    // Up to 2⁵³ every integer is a double.
    let (lower, upper) = (Double(range.lowerBound), Double(range.upperBound))
    self.init(
      lower.magnitude <= 0x1p53 ? lower : lower.nextDown,
      upper.magnitude <= 0x1p53 ? upper : upper.nextUp
    )
  }

  init(_ integer: Int) { self.init(integer...integer) }

  var magnitude: Double { max(lower.magnitude, upper.magnitude) }
  var holdsZero: Bool { lower <= 0 && 0 <= upper }

  /// The range that holds both.
  static func hull(_ a: RealRange, _ b: RealRange) -> RealRange {
    RealRange(min(a.lower, b.lower), max(a.upper, b.upper))
  }

  static func + (a: RealRange, b: RealRange) -> RealRange {
    RealRange(-Double.sumUp(-a.lower, -b.lower), .sumUp(a.upper, b.upper))
  }

  static prefix func - (a: RealRange) -> RealRange { RealRange(-a.upper, -a.lower) }
  static func - (a: RealRange, b: RealRange) -> RealRange { a + -b }

  static func * (a: RealRange, b: RealRange) -> RealRange {
    corners(a, b, Double.productUp)
  }

  /// Everything where `b` holds zero.
  static func / (a: RealRange, b: RealRange) -> RealRange {
    b.holdsZero ? .everything : corners(a, b, Double.quotientUp)
  }

  /// From `up`, an odd function of its first operand that rounds upwards.
  private static func corners(
    _ a: RealRange,
    _ b: RealRange,
    _ up: (Double, Double) -> Double
  ) -> RealRange {
    RealRange(
      -max(
        max(up(-a.lower, b.lower), up(-a.lower, b.upper)),
        max(up(-a.upper, b.lower), up(-a.upper, b.upper))
      ),
      max(
        max(up(a.lower, b.lower), up(a.lower, b.upper)),
        max(up(a.upper, b.lower), up(a.upper, b.upper))
      )
    )
  }
}

extension Double {
  /// The least double that a + b is not above.
  ///
  /// Knuth's two-sum gives the remainder exactly.
  fileprivate static func sumUp(_ a: Double, _ b: Double) -> Double {
    let sum = a + b
    guard sum.isFinite else { return overflowed(sum, a, b) }
    let second = sum - a
    let remainder = (a - (sum - second)) + (b - second)
    return remainder <= 0 ? sum : sum.nextUp
  }

  /// The least double that a · b is not above, or the one after it; zero times anything is zero.
  fileprivate static func productUp(_ a: Double, _ b: Double) -> Double {
    if a == 0 || b == 0 { return 0 }
    let product = a * b
    guard product.isFinite else { return overflowed(product, a, b) }
    let remainder = (-product).addingProduct(a, b)
    return remainder <= 0 && product.magnitude > smallest ? product : product.nextUp
  }

  /// The least double that a / b is not above, or the one after it.
  fileprivate static func quotientUp(_ a: Double, _ b: Double) -> Double {
    if a == 0 { return 0 }
    let quotient = a / b
    guard quotient.isFinite else { return overflowed(quotient, a, b) }
    let remainder = a.addingProduct(-quotient, b) * (b < 0 ? -1 : 1)
    let isExact = min(quotient.magnitude, a.magnitude) > smallest
    return remainder <= 0 && isExact ? quotient : quotient.nextUp
  }

  /// The least double whose square is not below `square`.
  static func squareRootUp(_ square: Int) -> Double {
    let root = Double(square).squareRoot()
    return (-Double(square)).addingProduct(root, root) >= 0 ? root : root.nextUp
  }

  /// Remainders of results below this may be lost.
  private static let smallest = 0x1p-900

  /// A finite result below every double is not above the lowest one.
  private static func overflowed(_ result: Double, _ a: Double, _ b: Double) -> Double {
    if result.isNaN { return .infinity }
    return result < 0 && a.isFinite && b.isFinite ? -greatestFiniteMagnitude : result
  }
}
