import BigInt
public import IntaglioNumerics

/// Scores → codes of their softmax along the last axis: equations (23)–(25).
public struct IntegerSoftmax: Hashable, Sendable {
  /// Which exponential is summed.
  public enum Exponential: Hashable, Sendable, CustomStringConvertible {
    /// A fraction table of 2^`fractionBits` entries of `tableBits` bits; 0 fraction bits is the
    /// papers' 2^round(x·log₂e).
    case base2(fractionBits: Int, tableBits: Int)
    /// The product of a coarse and a fine power, from tables of 64 and 32 words.
    case base2Product
    /// I-ViT's line between powers of two.
    case shiftmax

    public var description: String {
      switch self {
      case .base2(0, let bits): "2^round, \(bits) bits"
      case .base2(let fraction, let bits): "base-2, \(1 << fraction) entries of \(bits) bits"
      case .base2Product: "base-2, 64 × 32 entries of 16 bits"
      case .shiftmax: "shiftmax"
      }
    }

    /// How far a probability can be off in a row of `count`, before it is quantized.
    ///
    /// Base 2: the exponent is rounded to f places and the slope to 30 bits, which changes a power by
    /// the factor 2^±(2^−(f+1) + …), its own and the sum's; a power and each term of the sum lose at
    /// most one unit of 2^−t. A product rounds D and the exponent to 11 places each and the slope to 16
    /// bits, is off by up to 2 units of 2^−16 in its tables and loses half a unit of 2^−15. For shiftmax
    /// no bound below 1 holds for every scale.
    public func bound(count: Int) -> Double {
      func power(_ exponent: Int) -> Double {
        Double(sign: .plus, exponent: exponent, significand: 1)
      }
      switch self {
      case .base2Product:
        let bits = Base2ProductExponential.bits
        let factor =
          power(-Base2ProductExponential.fractionBits) + Double(bits + 2) * power(-16)
          + 2 * power(-bits)
        return min(1, 1.4 * factor + Double(count + 1) * power(-bits - 1))
      case .base2(let fraction, let bits):
        let factor = power(-fraction - 1) + Double(bits + 2) * power(-30)
        return min(1, 1.4 * factor + Double(count + 1) * power(-bits))
      case .shiftmax: return 1
      }
    }

    /// The arithmetic for scores of one scale.
    /// - Precondition: `scale` is positive.
    public func callAsFunction(scale: Rational) -> any IntegerExponential {
      switch self {
      case .base2(let fraction, let bits):
        Base2Exponential(scale: scale, fractionBits: fraction, tableBits: bits)
      case .base2Product: Base2ProductExponential(scale: scale)
      case .shiftmax: ShiftExponential(scale: scale)
      }
    }
  }

  /// The real score of the integer 1; never zero, may be negative; one for each row at most.
  public let scale: Scale
  public let exponential: Exponential
  /// Of the probabilities; the same along a row.
  public let quantizer: Quantizer

  public init(scale: Scale, exponential: Exponential, quantizer: Quantizer) {
    self.scale = scale
    self.exponential = exponential
    self.quantizer = quantizer
  }

  /// Whether it can be applied to scores of `shape`.
  package func fits(_ shape: [Int]) -> Bool { fault(shape) == nil }

  func fault(_ shape: [Int]) -> String? {
    guard let width = shape.last, width > 0 else { return "expected at least one axis" }
    guard scale.fits(shape), quantizer.scale.fits(shape), quantizer.zeroPoint.fits(shape) else {
      return "scale or zero point does not stretch over it"
    }
    guard
      scale.extent(fromRight: 1) == 1, quantizer.scale.extent(fromRight: 1) == 1,
      quantizer.zeroPoint.extent(fromRight: 1) == 1
    else { return "a scale or zero point varies along the last axis" }
    guard !scale.values.contains(where: \.isZero),
      quantizer.scale.values.allSatisfy({ $0.signum > 0 })
    else { return "scales of scores must not be zero, those of probabilities must be positive" }
    guard
      quantizer.type.bits <= 8, quantizer.zeroPoint.values.allSatisfy({ $0.magnitude < 1 << 20 }),
      quantizer.scale.values.allSatisfy({ $0.numerator < 1 << 40 && $0.denominator < 1 << 62 })
    else { return "the quantizer's scale or zero point is too long" }
    switch exponential {
    case .base2(let fraction, let bits):
      return (0...12).contains(fraction) && (8...24).contains(bits)
        ? nil : "expected 0…12 fraction bits and 8…24 table bits"
    case .base2Product, .shiftmax: return nil
    }
  }

  func apply(to elements: [Int], shape: [Int]) -> [Int] {
    let width = shape.last ?? 1
    let rows = Array(shape.dropLast()) + [1]
    let scales = scale.indices(over: rows)
    let (steps, zeros) = (
      quantizer.scale.indices(over: rows), quantizer.zeroPoint.indices(over: rows)
    )
    let exponentials = scale.values.map { exponential(scale: $0.magnitude) }
    var codes: [Int] = []
    codes.reserveCapacity(elements.count)
    for (row, start) in stride(from: 0, to: elements.count, by: width).enumerated() {
      let scores = elements[start..<start + width]
      let entry = Int(scales[row])
      let falls = scale.values[entry].isNegative
      let extreme = (falls ? scores.min() : scores.max()) ?? 0
      let powers = scores.map { exponentials[entry](falls ? $0 - extreme : extreme - $0) }
      let sum = powers.reduce(0, +)
      codes += self.codes(
        powers,
        over: quantizer.scale.values[Int(steps[row])] * Rational(sum),
        zeroPoint: quantizer.zeroPoint.values[Int(zeros[row])]
      )
    }
    return codes
  }

  /// The codes of `powers` / `divisor`.
  private func codes(_ powers: [Int], over divisor: Rational, zeroPoint: Int) -> [Int] {
    let (inside, outside) = quantizer.placement == .beforeRounding ? (zeroPoint, 0) : (0, zeroPoint)
    let rounding = AffineRounding(
      multipliers: [Rational.one / divisor],
      offsets: [Rational(inside)]
    )
    let range = quantizer.type.range
    return powers.map { power in
      rounding(power, 0, within: range.lowerBound - outside...range.upperBound - outside) + outside
    }
  }
}
