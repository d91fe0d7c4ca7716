import BigInt

extension Interval {
  /// √x.
  /// - Throws: `IntervalError.domain` where the interval goes below zero.
  public func squareRoot() throws(IntervalError) -> Interval {
    guard isNonnegative else { throw .domain(operation: "sqrt") }
    return monotone { Self.squareRoot($0, precision) }
  }

  /// eˣ.
  /// - Throws: `IntervalError.overflow` beyond x = 2⁴⁰.
  public func exponential() throws(IntervalError) -> Interval {
    guard upper.isNegative || upper.isZero || upper.magnitudeExponent <= 40 else {
      throw .overflow(operation: "exp")
    }
    return monotone { Self.exponential($0, precision) }
  }

  /// ln x.
  /// - Throws: `IntervalError.domain` where the interval holds zero or goes below.
  public func logarithm() throws(IntervalError) -> Interval {
    guard isNonnegative, !lower.isZero else { throw .domain(operation: "log") }
    return monotone { Self.logarithm($0, precision) }
  }

  /// erf(x).
  public var errorFunction: Interval {
    monotone {
      $0.isNegative ? -Self.errorFunction(-$0, precision) : Self.errorFunction($0, precision)
    }
  }

  /// 1 / (1 + e⁻ˣ).
  public var sigmoid: Interval {
    monotone { point in
      // With q = e^−|x|: 1 / (1 + q) from zero on, q / (1 + q) below.
      let decay = Self.exponential(point.isNegative ? point : -point, precision)
      let one = Interval(1, precision: precision)
      return Self.fraction(point.isNegative ? decay : one, one + decay)
    }
  }

  /// tanh x.
  public var hyperbolicTangent: Interval {
    monotone { point in
      // With q = e^−2|x|: (1 − q) / (1 + q).
      let twice = Dyadic(-BigInt(point.significand.magnitude), exponent: point.exponent + 1)
      let decay = Self.exponential(point.isZero ? .zero : twice, precision)
      let one = Interval(1, precision: precision)
      let magnitude = Self.fraction(one - decay, one + decay)
      return point.isNegative ? -magnitude : magnitude
    }
  }

  /// The interval of a function that does not fall.
  private func monotone(_ function: (Dyadic) -> Interval) -> Interval {
    let first = function(lower)
    return isPoint
      ? first : Interval(first.lower, function(upper).upper, precision: precision)
  }

  /// a / b of nonnegative a and positive b.
  private static func fraction(_ a: Interval, _ b: Interval) -> Interval {
    Interval(
      Dyadic.quotient(a.lower, b.upper, a.precision, .down),
      Dyadic.quotient(a.upper, b.lower, a.precision, .up),
      precision: a.precision
    )
  }

  /// The interval of a multiple of 2^−bits that is off by at most `error` of them.
  private static func near(_ value: BigInt, error: BigInt, bits: Int, _ precision: Int) -> Interval
  {
    Interval(
      Dyadic(value - error, exponent: -bits),
      Dyadic(value + error, exponent: -bits),
      precision: precision
    )
  }
}

extension Interval {
  private static func squareRoot(_ x: Dyadic, _ precision: Int) -> Interval {
    // An even exponent, and a significand of at least 2·precision bits.
    let excess = max(0, 2 * precision + 2 - x.significand.magnitude.bitWidth)
    let shift = excess + (x.exponent - excess) & 1
    let scaled = x.significand.magnitude << shift
    let root = scaled.squareRoot()
    let exponent = (x.exponent - shift) / 2
    let lower = Dyadic(BigInt(root), exponent: exponent)
    let isExact = root * root == scaled
    return Interval(
      lower,
      isExact ? lower : Dyadic(BigInt(root + 1), exponent: exponent),
      precision: precision
    )
  }

  /// e^x = 2^n·e^r with |r| ≤ ½, e^r by its series.
  ///
  /// Each term Tₙ = Tₙ₋₁·r/n inherits at most half the error of the one before and adds at most 2, so it
  /// is off by at most 4; the terms that are left out are together below the last one.
  private static func exponential(_ x: Dyadic, _ precision: Int) -> Interval {
    guard !x.isZero else { return Interval(1, precision: precision) }
    if x.isNegative && x.magnitudeExponent > 40 {
      // Below e^(−2³⁹).
      return Interval(.zero, Dyadic(1, exponent: -(1 << 39)), precision: precision)
    }
    let bits = precision + 64
    let logarithm = FixedConstants.logarithmOfTwo >> (FixedConstants.bits - bits)
    let fixed = x.fixedPoint(bits: bits)
    let multiple = (2 * fixed + logarithm).floorDivided(by: 2 * logarithm)
    let rest = fixed - multiple * logarithm
    let one = BigInt(1) << bits
    var (term, sum, count) = (one, one, BigInt(0))
    repeat {
      count += 1
      term = (term * rest).floorShifted(by: bits) / count
      sum += term
    } while term.magnitude > 1
    // The rest r is off by 1 + 2·|n| at most, and the slope of e^r is below 2.
    let error = 2 * (1 + 2 * BigInt(multiple.magnitude)) + 4 * count + 8
    return near(sum, error: error, bits: bits, precision)
      .scaled(byPowerOfTwo: Int(clamping: multiple))
  }

  /// ln(2^n·m) = n·ln 2 + 2·artanh(z), z = (m − 1)/(m + 1) with m in [⅔, 4/3] and |z| ≤ 1/5.
  ///
  /// Each term of the series is off by at most 2, and those left out are together below the last.
  private static func logarithm(_ x: Dyadic, _ precision: Int) -> Interval {
    let bits = precision + 32
    let width = x.significand.magnitude.bitWidth
    // x = m·2^exponent and m = s / 2^scale.
    let scale = x.significand * 3 < BigInt(1) << (width + 1) ? width - 1 : width
    let exponent = x.exponent + scale
    let one = BigInt(1) << scale
    let difference = x.significand - one
    let z = BigInt((difference.magnitude << bits) / (x.significand + one).magnitude)
    let square = (z * z) >> bits
    var (power, sum, divisor) = (z, BigInt(0), BigInt(1))
    while !power.isZero {
      sum += power / divisor
      power = (power * square) >> bits
      divisor += 2
    }
    let value = 2 * (difference.sign == .minus ? -sum : sum)
    let series =
      difference.isZero
      ? Interval(0, precision: precision)
      : near(value, error: 4 * divisor + 8, bits: bits, precision)
    return exponent == 0
      ? series : naturalLogarithmOfTwo(precision: precision) * exponent + series
  }

  /// erf x = 2/√π·Σ (−1)ⁿ·Tₙ / (2n + 1), Tₙ = x^(2n+1) / n!, of x from zero on.
  ///
  /// Tₙ is made from Tₙ₋₁ with an error of 2 and one of Tₙ₋₁ ≤ x·e^(x²), from the square. Later terms
  /// enlarge an error by at most e^(x²) < 2^(3x²/2). So N terms are off by at most
  /// N²·(2 + x)·2^(3x²); the first one that is left out bounds all that follow.
  private static func errorFunction(_ x: Dyadic, _ precision: Int) -> Interval {
    guard !x.isZero else { return Interval(0, precision: precision) }
    if x.magnitudeExponent > 6 || x * x > Dyadic(BigInt(precision)) {
      // 1 − erf x < e^(−x²).
      let gap = Dyadic(-1, exponent: -precision)
      return Interval(Dyadic.sum(.one, gap, precision, .down), .one, precision: precision)
    }
    let squareCeiling = Int((x * x).fixedPoint(bits: 0)) + 1
    let bits = precision + 3 * squareCeiling + 48 + min(4096, max(0, -x.magnitudeExponent))
    let fixed = x.fixedPoint(bits: bits)
    let square = (fixed * fixed) >> bits
    var (term, sum, count) = (fixed, BigInt(0), BigInt(0))
    while !term.isZero {
      sum += count % 2 == 0 ? term / (2 * count + 1) : -(term / (2 * count + 1))
      count += 1
      term = ((term * square) >> bits) / count
    }
    let error = (count + 2) * (count + 2) * (3 + (fixed >> bits)) << (3 * squareCeiling)
    let series = near(sum, error: error, bits: bits, precision)
    // √π from below and above; π is far from zero.
    let circle = Self.pi(precision: precision)
    let root = Interval(
      squareRoot(circle.lower, precision).lower,
      squareRoot(circle.upper, precision).upper,
      precision: precision
    )
    let factor = fraction(Interval(2, precision: precision), root)
    return minimum(series * factor, Interval(1, precision: precision))
  }
}
