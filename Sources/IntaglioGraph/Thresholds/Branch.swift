import IntaglioNumerics

/// A stretch of the real line on which a function only rises, only falls, or is constant.
///
/// The lower end belongs to the branch where the function has a value there; the upper end belongs
/// to the next branch, if there is one.
struct Branch: Hashable, Sendable {
  enum Course: Hashable, Sendable {
    case rising
    case falling
    case constant(Rational)
    /// x itself between two bounds, the lower one below the upper one, and the bounds beyond them.
    case clipping(Rational?, Rational?)
  }

  enum End: Hashable, Sendable {
    /// The line goes on for ever, and the value tends to the limit or grows beyond all bounds.
    case unbounded(limit: Rational?)
    /// A number without a value; next to it the value grows beyond all bounds.
    case open(Rational)
    /// A number whose value is a ratio.
    case closed(Rational)
    /// The one place between these numbers where the function turns; the interval holds its value.
    case turning(lower: Rational, upper: Rational, value: Interval)
  }

  let function: Function
  let course: Course
  let lower: End
  let upper: End

  init(_ function: Function, _ course: Course, _ lower: End, _ upper: End) {
    self.function = function
    self.course = course
    self.lower = lower
    self.upper = upper
  }
}

extension Function {
  /// The branches from left to right.
  func branches() throws(FunctionQuantizationError) -> [Branch] {
    let endless = Branch.End.unbounded(limit: nil)
    let zero = Branch.End.closed(0)
    switch self {
    case .negate: return [Branch(self, .falling, endless, endless)]
    case .absolute: return turning(at: 0)
    case .reciprocal: return poles(leftFalls: true)
    case .squareRoot: return [Branch(self, .rising, zero, endless)]
    case .exp: return [Branch(self, .rising, .unbounded(limit: 0), endless)]
    case .log: return [Branch(self, .rising, .open(0), endless)]
    case .erf, .tanh:
      return [Branch(self, .rising, .unbounded(limit: -1), .unbounded(limit: 1))]
    case .sigmoid: return [Branch(self, .rising, .unbounded(limit: 0), .unbounded(limit: 1))]
    case .relu: return [Branch(self, .clipping(0, nil), endless, endless)]
    case .clip(let lower, let upper):
      let (lower, upper) = (Rational(exactly: lower), Rational(exactly: upper))
      if let lower, let upper, lower >= upper {
        return [Branch(self, .constant(upper), endless, endless)]
      }
      return [Branch(self, .clipping(lower, upper), endless, endless)]
    case .gelu: return try Self.geluBranches.get()
    case .geluTanh: return try Self.geluTanhBranches.get()
    case .silu: return try Self.siluBranches.get()
    case .hardSwish:
      let bottom = Branch.End.closed(Rational(-3, over: 2))
      return [
        Branch(self, .constant(0), .unbounded(limit: 0), .closed(-3)),
        Branch(self, .falling, .closed(-3), bottom),
        Branch(self, .rising, bottom, endless),
      ]
    case .power(let exponent): return try power(exponent)
    }
  }

  /// Whether some real number has no value.
  var hasDomain: Bool {
    if case .power(let exponent) = self { return exponent < 0 || exponent != exponent.rounded() }
    return [.reciprocal, .squareRoot, .log].contains(self)
  }

  private func power(_ exponent: Double) throws(FunctionQuantizationError) -> [Branch] {
    let endless = Branch.End.unbounded(limit: nil)
    guard exponent.isFinite else { throw .exponent(self) }
    guard let whole = Int(exactly: exponent) else {
      return exponent < 0
        ? [Branch(self, .falling, .open(0), .unbounded(limit: 0))]
        : [Branch(self, .rising, .closed(0), endless)]
    }
    guard whole.magnitude <= 64 else { throw .exponent(self) }
    if whole == 0 {
      return [Branch(self, .constant(1), .unbounded(limit: 1), .unbounded(limit: 1))]
    }
    if whole < 0 { return poles(leftFalls: whole % 2 != 0) }
    return whole % 2 == 0 ? turning(at: 0) : [Branch(self, .rising, endless, endless)]
  }

  private func turning(at place: Rational) -> [Branch] {
    [
      Branch(self, .falling, .unbounded(limit: nil), .closed(place)),
      Branch(self, .rising, .closed(place), .unbounded(limit: nil)),
    ]
  }

  private func poles(leftFalls: Bool) -> [Branch] {
    [
      Branch(self, leftFalls ? .falling : .rising, .unbounded(limit: 0), .open(0)),
      Branch(self, .falling, .open(0), .unbounded(limit: 0)),
    ]
  }

  // Searched for once: each takes a hundred exact derivatives, and models ask for every block.

  private static let geluBranches = Result { () throws(FunctionQuantizationError) in
    try Function.gelu.valley(geluDerivative)
  }
  private static let geluTanhBranches = Result { () throws(FunctionQuantizationError) in
    try Function.geluTanh.valley(geluTanhDerivative)
  }
  private static let siluBranches = Result { () throws(FunctionQuantizationError) in
    try Function.silu.valley(siluDerivative)
  }

  /// The two branches of a function with one minimum, which lies between −2 and −½.
  ///
  /// The minimum is found by bisection over the sign of `derivative`, a positive multiple of the
  /// derivative. Below zero it changes its sign once; from zero on the function rises.
  private func valley(
    _ derivative: (Interval) throws(IntervalError) -> Interval
  ) throws(FunctionQuantizationError) -> [Branch] {
    let precision = 192
    var (lower, upper) = (Rational(-2), Rational(-1, over: 2))
    do throws(IntervalError) {
      for _ in 0..<110 {
        let middle = (lower + upper) / 2
        let slope = try derivative(Interval(middle, precision: precision))
        guard !slope.holdsZero else { break }
        if slope.isNonnegative { upper = middle } else { lower = middle }
      }
      let span = Interval(
        Interval(lower, precision: precision).lower,
        Interval(upper, precision: precision).upper,
        precision: precision
      )
      let bottom = Branch.End.turning(lower: lower, upper: upper, value: try interval(of: span))
      return [
        Branch(self, .falling, .unbounded(limit: 0), bottom),
        Branch(self, .rising, bottom, .unbounded(limit: nil)),
      ]
    } catch {
      throw .domain(self, argument: lower)
    }
  }

  /// Φ(x) + x·φ(x): falls up to −√2, rises up to 0, and tends to 0 at −∞.
  private static func geluDerivative(_ x: Interval) throws(IntervalError) -> Interval {
    let one = Interval(1, precision: x.precision)
    let (root, pi) = (try (one * 2).squareRoot(), Interval.pi(precision: x.precision))
    let decay = try (-x.raised(to: 2)).scaled(byPowerOfTwo: -1).exponential()
    let density = try decay.divided(by: (pi * 2).squareRoot())
    let distribution = (one + (try x.divided(by: root)).errorFunction).scaled(byPowerOfTwo: -1)
    return distribution + x * density
  }

  /// 1 + 2x·u′ / (1 + e²ᵘ), u = √(2/π)·(x + 0.044715·x³): rises below 0.
  private static func geluTanhDerivative(_ x: Interval) throws(IntervalError) -> Interval {
    let one = Interval(1, precision: x.precision)
    let cubic = Interval(Rational(3 * 44715, over: 1_000_000), precision: x.precision)
    let slope = try geluSlope(x.precision) * (one + cubic * x.raised(to: 2))
    let growth = try (geluArgument(x) * 2).exponential()
    return one + (try (x * slope * 2).divided(by: one + growth))
  }

  /// 1 + x / (1 + eˣ): rises below 0.
  private static func siluDerivative(_ x: Interval) throws(IntervalError) -> Interval {
    let one = Interval(1, precision: x.precision)
    return one + (try x.divided(by: one + x.exponential()))
  }
}
