import IntaglioGraph
import IntaglioNumerics

extension RealRange {
  /// What `function` makes of the numbers here.
  func image(under function: Function) -> RealRange {
    if function == .negate { return -self }
    if function == .absolute {
      return lower >= 0 ? self : upper <= 0 ? -self : RealRange(0, magnitude)
    }
    if function == .reciprocal { return RealRange(1) / self }
    if function == .relu { return clipped(0, .infinity) }
    if case .clip(let least, let greatest) = function { return clipped(least, greatest) }
    let codomain = RealRange(function.codomain.lowerBound, function.codomain.upperBound)
    return function.isGated ? gated(within: codomain) : proved(function, within: codomain)
  }

  /// The greater one of a number and `least`, then the smaller one of that and `greatest`.
  private func clipped(_ least: Double, _ greatest: Double) -> RealRange {
    RealRange(min(max(lower, least), greatest), min(max(upper, least), greatest))
  }

  /// Of a function between 0 and x.
  private func gated(within codomain: RealRange) -> RealRange {
    RealRange(max(codomain.lower, min(lower, 0)), min(codomain.upper, max(upper, 0)))
  }

  /// By interval arithmetic; all of `codomain` where an end is infinite or outside the domain.
  private func proved(_ function: Function, within codomain: RealRange) -> RealRange {
    let precision = 64
    // Longer powers only cost time.
    if case .power(let exponent) = function, exponent.magnitude > 64 { return codomain }
    guard
      let least = Rational(exactly: lower), let greatest = Rational(exactly: upper),
      let image = try? function.interval(
        of: Interval(
          Interval(least, precision: precision).lower,
          Interval(greatest, precision: precision).upper,
          precision: precision
        )
      )
    else { return codomain }
    return RealRange(
      max(RealRange(image.lower).lower, codomain.lower),
      min(RealRange(image.upper).upper, codomain.upper)
    )
  }

  private init(_ number: Dyadic) {
    // A number beyond all doubles may be too long to write out.
    let sign = number.isNegative ? -1.0 : 1.0
    if number.isZero || (-1000...1000).contains(number.magnitudeExponent) {
      self.init(number.rational)
    } else if number.magnitudeExponent > 0 {
      self = RealRange(0x1p999, .infinity) * RealRange(sign)
    } else {
      self = RealRange(0, 0x1p-1000) * RealRange(sign)
    }
  }
}
