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
