import BigInt
import IntaglioGraph
import IntaglioNumerics

/// Constant weights `[k, n]` with every scale multiplied in: what integers of 8 bits must express.
struct ScaledWeights {
  /// Weights of at most 8 bits with one scale per column.
  struct Fitted {
    let codes: [Int]
    /// `[n]` or one number.
    let scale: Scale
  }

  private let rows: Int
  private let columns: Int
  /// sₖ·tₖⱼ·(wₖⱼ − vₖⱼ), exactly, row-major.
  private let values: [Rational]

  init(_ codes: [Int], _ shape: [Int], _ dequantizer: Dequantizer, rows scale: Scale) {
    rows = shape[0]
    columns = shape[1]
    let own = dequantizer.scale.expanded(over: shape)
    let zero = dequantizer.zeroPoint.expanded(over: shape)
    let outer = scale.expanded(over: [shape[0]])
    let columns = shape[1]
    values = codes.indices.map { i in
      Rational(codes[i] - zero[i]) * own[i] * outer[i / columns]
    }
  }

  /// Codes that express every weight exactly; `nil` when 8 bits do not suffice.
  ///
  /// The scale of a column is the greatest common divisor of its weights.
  func exact() -> Fitted? {
    var codes = [Int](repeating: 0, count: values.count)
    var scales: [Rational] = []
    for column in 0..<columns {
      let entries = entries(ofColumn: column)
      var divisor = Rational.zero
      for entry in entries where !entry.isZero {
        divisor = divisor.isZero ? entry.magnitude : Self.commonDivisor(divisor, entry.magnitude)
        if entry.magnitude > divisor * 128 { return nil }
      }
      if divisor.isZero { divisor = .one }
      for (row, entry) in entries.enumerated() {
        guard let code = Int(exactly: (entry / divisor).numerator),
          IntegerType.i8.range.contains(code)
        else { return nil }
        codes[row * columns + column] = code
      }
      scales.append(divisor)
    }
    return Fitted(codes: codes, scale: Scale(scales, shape: [columns]))
  }

  /// The nearest codes when the largest weight of each column becomes ±127.
  func rounded() -> Fitted {
    var codes = [Int](repeating: 0, count: values.count)
    var scales: [Rational] = []
    for column in 0..<columns {
      let entries = entries(ofColumn: column)
      let largest = entries.map(\.magnitude).max() ?? .zero
      // A double is exact enough a scale, and far shorter than the ratio.
      let scale = Rational(exactly: (largest / 127).doubleValue) ?? .one
      let divisor = scale.isZero ? .one : scale
      for (row, entry) in entries.enumerated() {
        let code = Int((entry / divisor).roundedHalfEven)
        codes[row * columns + column] = max(-127, min(127, code))
      }
      scales.append(divisor)
    }
    return Fitted(codes: codes, scale: Scale(scales, shape: [columns]))
  }

  /// How far the product can be from the exact one when |xₖ − zₖ| reaches `activations`; `nil` when
  /// `fitted` is exact.
  func bound(of fitted: Fitted, activations: [Int], law: String) -> ErrorBound? {
    let scale = fitted.scale.expanded(over: [columns])
    var (largestError, largestResult) = (Rational.zero, Rational.zero)
    for column in 0..<columns {
      var (error, result) = (Rational.zero, Rational.zero)
      for row in 0..<rows {
        let i = row * columns + column
        let reach = Rational(activations[activations.count == 1 ? 0 : row])
        error = error + (values[i] - Rational(fitted.codes[i]) * scale[column]).magnitude * reach
        result = result + values[i].magnitude * reach
      }
      largestError = max(largestError, error)
      largestResult = max(largestResult, result)
    }
    if largestError.isZero { return nil }
    return ErrorBound(
      law: law,
      maximum: largestError.doubleValue.nextUp,
      relative: (largestError / largestResult).doubleValue.nextUp
    )
  }

  private func entries(ofColumn column: Int) -> [Rational] {
    (0..<rows).map { values[$0 * columns + column] }
  }

  private static func commonDivisor(_ a: Rational, _ b: Rational) -> Rational {
    let shared = a.denominator * b.denominator
    let x = a.numerator * b.denominator
    let y = b.numerator * a.denominator
    return Rational(x.greatestCommonDivisor(with: y), over: shared)
  }
}
