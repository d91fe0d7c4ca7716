import BigInt
public import IntaglioNumerics

extension Function {
  /// The value at x where it is known to be a ratio; `nil` where it is irrational, or not known.
  ///
  /// - Throws: `IntervalError` where the function has no value at x.
  public func exactValue(at x: Rational) throws(IntervalError) -> Rational? {
    switch self {
    case .negate: return -x
    case .absolute: return x.magnitude
    case .reciprocal:
      guard !x.isZero else { throw .divisionByZero }
      return 1 / x
    case .squareRoot:
      guard !x.isNegative else { throw .domain(operation: name) }
      return x.exactSquareRoot
    case .exp: return x.isZero ? 1 : nil
    case .log:
      guard x > 0 else { throw .domain(operation: name) }
      return x == 1 ? 0 : nil
    case .sigmoid: return x.isZero ? Rational(1, over: 2) : nil
    case .erf, .tanh, .gelu, .geluTanh, .silu: return x.isZero ? 0 : nil
    case .relu: return max(x, 0)
    case .hardSwish:
      let ramp = x / 6 + Rational(1, over: 2)
      return x * min(max(ramp, 0), 1)
    case .clip(let lower, let upper):
      var value = x
      if let lower = Rational(exactly: lower) { value = max(value, lower) }
      if let upper = Rational(exactly: upper) { value = min(value, upper) }
      return value
    case .power(let exponent): return try Self.power(x, exponent)
    }
  }

  /// An interval that holds the value for every number of `x`.
  ///
  /// - Throws: `IntervalError` where `x` leaves the domain, or may leave it.
  public func interval(of x: Interval) throws(IntervalError) -> Interval {
    let one = Interval(1, precision: x.precision)
    let zero = Interval(0, precision: x.precision)
    func constant(_ numerator: Int, over denominator: Int) -> Interval {
      Interval(Rational(numerator, over: denominator), precision: x.precision)
    }
    switch self {
    case .negate: return -x
    case .absolute: return x.magnitude
    case .reciprocal: return try one.divided(by: x)
    case .squareRoot: return try x.squareRoot()
    case .exp: return try x.exponential()
    case .log: return try x.logarithm()
    case .erf: return x.errorFunction
    case .tanh: return x.hyperbolicTangent
    case .sigmoid: return x.sigmoid
    case .relu: return .maximum(x, zero)
    case .gelu:
      let root = try (one * 2).squareRoot()
      return try (x * (one + x.divided(by: root).errorFunction)).scaled(byPowerOfTwo: -1)
    case .geluTanh:
      return try (x * (one + Self.geluArgument(x).hyperbolicTangent)).scaled(byPowerOfTwo: -1)
    case .silu: return x * x.sigmoid
    case .hardSwish:
      let ramp = x * constant(1, over: 6) + constant(1, over: 2)
      return x * .minimum(.maximum(ramp, zero), one)
    case .clip(let lower, let upper):
      var value = x
      if let lower = Rational(exactly: lower) {
        value = .maximum(value, Interval(lower, precision: x.precision))
      }
      if let upper = Rational(exactly: upper) {
        value = .minimum(value, Interval(upper, precision: x.precision))
      }
      return value
    case .power(let exponent):
      guard let whole = Int(exactly: exponent) else {
        guard let exponent = Rational(exactly: exponent) else { throw .domain(operation: name) }
        let factor = Interval(exponent, precision: x.precision)
        return try (x.logarithm() * factor).exponential()
      }
      let power = x.raised(to: Int(whole.magnitude))
      return whole < 0 ? try one.divided(by: power) : power
    }
  }

  /// No value lies outside; infinite ends where the values have none.
  public var codomain: ClosedRange<Double> {
    let infinity = Double.infinity
    return switch self {
    case .negate, .reciprocal, .log, .clip, .power: -infinity...infinity
    case .absolute, .squareRoot, .exp, .relu: 0...infinity
    case .sigmoid: 0...1
    case .erf, .tanh: -1...1
    // The lower ends lie just below the least values.
    case .gelu: -0.17...infinity
    case .geluTanh: -0.1701...infinity
    case .silu: -0.2785...infinity
    case .hardSwish: -0.375...infinity
    }
  }

  /// Whether every value is a share of its argument: between 0 and x.
  public var isGated: Bool { [.relu, .gelu, .geluTanh, .silu, .hardSwish].contains(self) }

  /// √(2/π)·(x + 0.044715·x³).
  static func geluArgument(_ x: Interval) throws(IntervalError) -> Interval {
    let cubic = Interval(Rational(44715, over: 1_000_000), precision: x.precision)
    return try geluSlope(x.precision) * (x + cubic * x.raised(to: 3))
  }

  /// √(2/π).
  static func geluSlope(_ precision: Int) throws(IntervalError) -> Interval {
    try Interval(2, precision: precision).divided(by: .pi(precision: precision)).squareRoot()
  }

  /// x^(n/2^k): k square roots, then a whole power.
  ///
  /// Where a root of a ratio is irrational, so is every odd power of it.
  private static func power(_ x: Rational, _ exponent: Double) throws(IntervalError) -> Rational? {
    guard let ratio = Rational(exactly: exponent) else { return nil }
    if !ratio.isInteger && x.isNegative || x.isZero && ratio.isNegative {
      throw .domain(operation: Function.power(exponent).name)
    }
    guard ratio.numerator.magnitude <= 64, ratio.denominator <= 64 else { return nil }
    var base = x
    for _ in 0..<ratio.denominator.trailingZeroBitCount {
      guard let root = base.exactSquareRoot else { return nil }
      base = root
    }
    var power = Rational.one
    for _ in 0..<Int(ratio.numerator.magnitude) { power = power * base }
    return ratio.isNegative ? 1 / power : power
  }
}

extension Rational {
  /// The root of a square of a ratio; `nil` for every other number.
  fileprivate var exactSquareRoot: Rational? {
    let (n, d) = (numerator.magnitude.squareRoot(), denominator.magnitude.squareRoot())
    guard !isNegative, n * n == numerator.magnitude, d * d == denominator.magnitude else {
      return nil
    }
    return Rational(BigInt(n), over: BigInt(d))
  }
}
