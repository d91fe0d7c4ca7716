import IntaglioGraph
import IntaglioNumerics

extension RealRange {
  /// What `function` makes of the numbers here.
  func image(under function: Function) -> RealRange {
    switch function {
    case .negate: -self
    case .absolute: lower >= 0 ? self : upper <= 0 ? -self : RealRange(0, magnitude)
    case .reciprocal: RealRange(1) / self
    case .relu: clipped(0, .infinity)
    case .clip(let least, let greatest): clipped(least, greatest)
    // The floors lie just below the functions' least values.
    case .gelu: valley(floor: -0.17)
    case .geluTanh: valley(floor: -0.1701)
    case .silu: valley(floor: -0.2785)
    case .hardSwish: valley(floor: -0.375)
    case .sigmoid: proved(function, within: RealRange(0, 1))
    case .erf, .tanh: proved(function, within: RealRange(-1, 1))
    case .exp, .squareRoot: proved(function, within: RealRange(0, .infinity))
    case .log, .power: proved(function, within: .everything)
    }
  }

  /// The greater one of a number and `least`, then the smaller one of that and `greatest`.
  private func clipped(_ least: Double, _ greatest: Double) -> RealRange {
    RealRange(min(max(lower, least), greatest), min(max(upper, least), greatest))
  }

  /// Of a function between 0 and x that never falls below `floor`.
  private func valley(floor: Double) -> RealRange {
    RealRange(max(floor, min(lower, 0)), max(upper, 0))
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
