public import IntaglioNumerics

extension Rational: OracleNumber {
  public init(_ exact: Rational) { self = exact }

  public init(constant: Double) throws(ArithmeticFault) {
    guard let exact = Rational(exactly: constant) else { throw .notFinite }
    self = exact
  }

  public func divided(by divisor: Rational) throws(ArithmeticFault) -> Rational {
    guard !divisor.isZero else { throw .divisionByZero }
    return self / divisor
  }

  public func quantized(
    scale: Rational,
    zeroPoint: Int,
    within range: ClosedRange<Int>,
    _ placement: ZeroPointPlacement
  ) throws(ArithmeticFault) -> Int {
    let quotient = try divided(by: scale)
    switch placement {
    case .beforeRounding:
      return (quotient + Rational(zeroPoint)).roundedHalfEven(within: range)
    case .afterRounding:
      let shifted = range.lowerBound - zeroPoint...range.upperBound - zeroPoint
      return quotient.roundedHalfEven(within: shifted) + zeroPoint
    }
  }

  public func applying(_ function: TranscendentalFunction) throws(ArithmeticFault) -> Rational {
    throw .irrational
  }

  /// Exact for whole exponents of up to 64 in magnitude.
  public func raised(to exponent: Double) throws(ArithmeticFault) -> Rational {
    guard exponent.magnitude <= 64, let whole = Int(exactly: exponent) else { throw .irrational }
    var power = Rational.one
    for _ in 0..<whole.magnitude { power = power * self }
    return whole < 0 ? try Rational.one.divided(by: power) : power
  }

  public static func softmax(_ values: [Rational], width: Int) throws(ArithmeticFault) -> [Rational]
  {
    guard !values.isEmpty else { return [] }
    throw .irrational
  }

  public static func rowExponential(
    _ values: [Rational],
    width: Int
  ) throws(ArithmeticFault) -> [Rational] {
    guard !values.isEmpty else { return [] }
    throw .irrational
  }

  public static func layerNorm(
    _ values: [Rational],
    gamma: [Rational],
    beta: [Rational],
    epsilon: Double
  ) throws(ArithmeticFault) -> [Rational] {
    guard !values.isEmpty else { return [] }
    throw .irrational
  }

  public static func rmsNorm(
    _ values: [Rational],
    gamma: [Rational],
    epsilon: Double
  ) throws(ArithmeticFault) -> [Rational] {
    guard !values.isEmpty else { return [] }
    throw .irrational
  }

  public static func multiply(
    _ a: [Rational],
    _ b: [Rational],
    _ batch: MatrixBatch
  ) -> [Rational] {
    var result: [Rational] = []
    result.reserveCapacity(batch.resultCount)
    for (lhs, rhs) in zip(batch.lhs, batch.rhs) {
      for row in 0..<batch.rows {
        for column in 0..<batch.columns {
          var sum = Rational.zero
          for k in 0..<batch.depth {
            sum = sum + a[lhs + row * batch.depth + k] * b[rhs + k * batch.columns + column]
          }
          result.append(sum)
        }
      }
    }
    return result
  }
}
