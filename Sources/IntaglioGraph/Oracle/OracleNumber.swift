public import IntaglioNumerics

/// The real numbers of an `Oracle`: `Double` for float64 semantics, `Rational` for exact ones.
public protocol OracleNumber: Hashable, Comparable, Sendable {
  init(_ integer: Int)
  /// The number nearest to `exact`.
  init(_ exact: Rational)
  /// The number that a constant of the graph holds.
  init(constant: Double) throws(ArithmeticFault)

  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static prefix func - (a: Self) -> Self
  func divided(by divisor: Self) throws(ArithmeticFault) -> Self

  /// `round(self / scale) + zeroPoint` or `round(self / scale + zeroPoint)`, half to even, within
  /// `range`.
  func quantized(
    scale: Self,
    zeroPoint: Int,
    within range: ClosedRange<Int>,
    _ placement: ZeroPointPlacement
  ) throws(ArithmeticFault) -> Int

  /// A function of a real number other than those that arithmetic alone gives.
  func applying(_ function: TranscendentalFunction) throws(ArithmeticFault) -> Self
  func raised(to exponent: Double) throws(ArithmeticFault) -> Self

  /// The softmax of every row of `width` elements.
  static func softmax(_ values: [Self], width: Int) throws(ArithmeticFault) -> [Self]
  /// exp(x − max x) of every row of `width` elements.
  static func rowExponential(_ values: [Self], width: Int) throws(ArithmeticFault) -> [Self]
  /// γ·(x − mean) / √(variance + ε) + β of every row, population variance. Rows are as wide as
  /// `gamma` and `beta`.
  static func layerNorm(
    _ values: [Self],
    gamma: [Self],
    beta: [Self],
    epsilon: Double
  ) throws(ArithmeticFault) -> [Self]

  /// γ·x / √(mean of x² + ε) of every row. Rows are as wide as `gamma`.
  static func rmsNorm(
    _ values: [Self],
    gamma: [Self],
    epsilon: Double
  ) throws(ArithmeticFault) -> [Self]

  /// Dot products accumulate in the order of increasing depth.
  static func multiply(_ a: [Self], _ b: [Self], _ batch: MatrixBatch) -> [Self]
}

/// The functions whose values are irrational almost everywhere.
public enum TranscendentalFunction: Hashable, Sendable {
  case squareRoot, exp, log, erf, tanh, sigmoid, gelu, geluTanh, silu
}

extension OracleNumber {
  func applying(_ function: Function) throws(ArithmeticFault) -> Self {
    let zero = Self(0)
    switch function {
    case .negate: return -self
    case .absolute: return self < zero ? -self : self
    case .reciprocal: return try Self(1).divided(by: self)
    case .relu: return self < zero ? zero : self
    case .clip(let lower, let upper): return try clipped(lower, upper)
    case .hardSwish:
      let ramp = try divided(by: Self(6)) + Self(Rational(1, over: 2))
      return self * (ramp < zero ? zero : ramp > Self(1) ? Self(1) : ramp)
    case .power(let exponent): return try raised(to: exponent)
    case .squareRoot: return try applying(.squareRoot as TranscendentalFunction)
    case .exp: return try applying(.exp as TranscendentalFunction)
    case .log: return try applying(.log as TranscendentalFunction)
    case .erf: return try applying(.erf as TranscendentalFunction)
    case .tanh: return try applying(.tanh as TranscendentalFunction)
    case .sigmoid: return try applying(.sigmoid as TranscendentalFunction)
    case .gelu: return try applying(.gelu as TranscendentalFunction)
    case .geluTanh: return try applying(.geluTanh as TranscendentalFunction)
    case .silu: return try applying(.silu as TranscendentalFunction)
    }
  }

  /// Bounds may be infinite; a value that is not a number stays one.
  private func clipped(_ lower: Double, _ upper: Double) throws(ArithmeticFault) -> Self {
    var result = self
    if lower.isFinite {
      let bound = try Self(constant: lower)
      if result < bound { result = bound }
    }
    if upper.isFinite {
      let bound = try Self(constant: upper)
      if result > bound { result = bound }
    }
    return result
  }
}
