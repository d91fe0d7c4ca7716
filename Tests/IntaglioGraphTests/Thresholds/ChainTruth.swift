import IntaglioGraph
import IntaglioNumerics

/// The code of a chain at a number by the definition alone: exact where the value is a ratio, else by
/// intervals, without roots, branches or doubles.
struct ChainTruth {
  let functions: [Function]
  let quantizer: ScalarQuantizer

  /// `nil` where 1000 bits do not decide.
  func code(_ x: Rational) throws -> Int? {
    if let value = try exact(x) { return quantizer(value) }
    for precision in [128, 400, 1000] {
      var value = Interval(x, precision: precision)
      var exact: Rational? = x
      for function in functions {
        exact = try exact.flatMap { try function.exactValue(at: $0) }
        value =
          try exact.map { Interval($0, precision: precision) } ?? function.interval(of: value)
      }
      let low = quantizer(value.lower.rational)
      if low == quantizer(value.upper.rational) { return low }
    }
    return nil
  }

  private func exact(_ x: Rational) throws -> Rational? {
    var value: Rational? = x
    for function in functions {
      value = try value.flatMap { try function.exactValue(at: $0) }
    }
    return value
  }
}

/// A quantizer that takes the values of its functions through most of its codes.
enum RandomQuantizer {
  static func make(_ random: inout SplitMix64, bits: Int, span: Int) -> ScalarQuantizer {
    let type = IntegerType(bits: bits, signed: Bool.random(using: &random))
    let zeroPoint = Int.random(in: -3...3, using: &random)
    // Half of the scales make many exact ties.
    let scale =
      Bool.random(using: &random)
      ? Rational(span * Int.random(in: 1...6, using: &random), over: 4 << bits)
      : Rational(span * Int.random(in: 200...900, using: &random), over: 977 << (bits - 1))
    return ScalarQuantizer(
      scale: Int.random(in: 0..<3, using: &random) == 0 ? -scale : scale,
      zeroPoint: type.isSigned ? zeroPoint : type.range.upperBound / 2 + zeroPoint,
      placement: Bool.random(using: &random) ? .afterRounding : .beforeRounding,
      codes: type.range
    )
  }
}
