import BigInt

/// The integer breakpoints of clamp(round(m·a + b) + z) as a function of the integer a.
///
/// The function is monotone, so it *is* its list of breakpoints: with k codes there are k − 1 of
/// them, found once in exact arithmetic, and the code of any accumulator is the number of
/// breakpoints at or below it. Rounding is half to even, as everywhere.
///
/// For m > 0 a code is at least c exactly when m·a + b lies above the tie c − z − ½, or on it with
/// c − z even: a ≥ ⌈r⌉ or a ≥ ⌊r⌋ + 1 with r = (c − z − ½ − b) / m. For m < 0 the same tie is where
/// the code falls below c.
public struct StepTable: Hashable, Sendable {
  /// The code below every threshold.
  public let base: Int
  /// +1 where the code grows with the accumulator, −1 where it falls.
  public let sign: Int
  /// The least accumulator of each further code, ascending.
  ///
  /// Values outside `Int32` stand as `Int32.min` (always reached) and `never`.
  public let thresholds: [Int]

  /// Stands for a threshold above every 32-bit accumulator.
  public static let never = Int(Int32.max) + 1

  /// - Precondition: `multiplier` is not zero.
  public init(multiplier: Rational, offset: Rational, zeroPoint: Int, codes: ClosedRange<Int>) {
    precondition(!multiplier.isZero, "a step table needs a nonzero multiplier")
    let falls = multiplier.isNegative
    sign = falls ? -1 : 1
    base = falls ? codes.upperBound : codes.lowerBound
    // The tie before the first change is at (2(c − z) − 1)/2, and each further one 1 away.
    let first = (falls ? codes.upperBound : codes.lowerBound + 1) - zeroPoint
    var position = Progression(
      (Rational(2 * first - 1) - offset * 2) / (multiplier * 2),
      step: 1 / multiplier.magnitude
    )
    var thresholds: [Int] = []
    for step in 0..<codes.count - 1 {
      // On the tie itself the even one of the two codes wins.
      let tieIsPast = ((first + step) % 2 == 0) != falls
      thresholds.append(Self.saturated(tieIsPast ? position.ceiling : position.floor + 1))
      position.advance()
    }
    self.thresholds = thresholds
  }

  /// The code of `accumulator`, within `Int32`.
  public func callAsFunction(_ accumulator: Int) -> Int {
    var (low, high) = (0, thresholds.count)
    while low < high {
      let middle = (low + high) / 2
      if thresholds[middle] <= accumulator { low = middle + 1 } else { high = middle }
    }
    return base + sign * low
  }

  private static func saturated(_ threshold: BigInt) -> Int {
    max(Int(Int32.min), min(never, Int(clamping: threshold)))
  }
}

/// start, start + step, start + 2·step, …: integer part and remainder by addition alone.
private struct Progression {
  private(set) var floor: BigInt
  private var remainder: BigInt
  private let step: (floor: BigInt, remainder: BigInt)
  private let denominator: BigInt

  init(_ start: Rational, step: Rational) {
    denominator = start.denominator * step.denominator
    let (a, b) = (start.numerator * step.denominator, step.numerator * start.denominator)
    floor = start.floor
    remainder = a - floor * denominator
    let stepFloor = step.floor
    self.step = (stepFloor, b - stepFloor * denominator)
  }

  var ceiling: BigInt { remainder.isZero ? floor : floor + 1 }

  mutating func advance() {
    floor += step.floor
    remainder += step.remainder
    if remainder >= denominator {
      floor += 1
      remainder -= denominator
    }
  }
}
