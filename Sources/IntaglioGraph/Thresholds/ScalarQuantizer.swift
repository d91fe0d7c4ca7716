public import IntaglioNumerics

/// A quantizer with one scale and one zero point: real → code, by equation (2) or (3).
public struct ScalarQuantizer: Hashable, Sendable {
  /// Never zero; may be negative.
  public let scale: Rational
  public let zeroPoint: Int
  public let placement: ZeroPointPlacement
  public let codes: ClosedRange<Int>

  /// - Precondition: `scale` is not zero, and codes and zero point are within `Int32`.
  public init(
    scale: Rational,
    zeroPoint: Int = 0,
    placement: ZeroPointPlacement = .afterRounding,
    codes: ClosedRange<Int>
  ) {
    precondition(!scale.isZero, "a quantizer needs a nonzero scale")
    precondition(
      [zeroPoint, codes.lowerBound, codes.upperBound].allSatisfy { Int32(exactly: $0) != nil },
      "codes and zero point are 32-bit integers"
    )
    self.scale = scale
    self.zeroPoint = zeroPoint
    self.placement = placement
    self.codes = codes
  }

  /// The code of a real number.
  public func callAsFunction(_ value: Rational) -> Int {
    switch placement {
    case .afterRounding:
      let shifted = codes.lowerBound - zeroPoint...codes.upperBound - zeroPoint
      return (value / scale).roundedHalfEven(within: shifted) + zeroPoint
    case .beforeRounding:
      return (value / scale + Rational(zeroPoint)).roundedHalfEven(within: codes)
    }
  }

  /// The number between `code` − 1 and `code`, which the even one of the two gets.
  func tie(below code: Int) -> Rational { Rational(2 * (code - zeroPoint) - 1, over: 2) * scale }

  /// The numbers whose code is at least `code`.
  func condition(atLeast code: Int) -> Condition {
    let even =
      switch placement {
      case .afterRounding: (code - zeroPoint) % 2 == 0
      case .beforeRounding: code % 2 == 0
      }
    let tie = tie(below: code)
    return scale.isNegative
      ? .below(Cut(at: tie, isAbove: !even)) : .above(Cut(at: tie, isAbove: even))
  }
}
