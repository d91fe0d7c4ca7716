import BigInt

/// The integer breakpoints of a function of one integer that takes few values.
///
/// Such a function *is* its list of breakpoints: between two of them it is constant, and at each it
/// goes one code up or one code down. Finding them once in exact arithmetic replaces every later
/// multiplication, rounding and clamp by comparisons.
public struct ThresholdTable: Hashable, Sendable {
  /// Where each further code begins, ascending; equal ones may repeat.
  ///
  /// Values outside `Int32` stand as `Int32.min` (always reached) and `never`.
  public let thresholds: [Int]
  /// The code before the first threshold, and from each threshold on.
  ///
  /// Neighbours differ by 1.
  public let codes: [Int]

  /// Stands for a threshold above every 32-bit accumulator.
  public static let never = Int(Int32.max) + 1

  /// The table of these parts, as a file holds them.
  ///
  /// - Throws: `ThresholdTableError` unless there is one step for each threshold, every step is +1 or −1,
  ///   the thresholds ascend from `Int32.min` to `never`, and the base is within `Int32`.
  public init(base: Int, thresholds: [Int], steps: [Int]) throws(ThresholdTableError) {
    guard Int32(exactly: base) != nil else { throw .base(base) }
    guard thresholds.count == steps.count else {
      throw .count(thresholds: thresholds.count, steps: steps.count)
    }
    var codes = [base]
    codes.reserveCapacity(steps.count + 1)
    var (code, last) = (base, Int(Int32.min))
    for (index, (threshold, step)) in zip(thresholds, steps).enumerated() {
      guard step.magnitude == 1 else { throw .step(step, index: index) }
      guard (last...Self.never).contains(threshold) else {
        throw .threshold(threshold, index: index, expected: last...Self.never)
      }
      code += step
      last = threshold
      codes.append(code)
    }
    self.thresholds = thresholds
    self.codes = codes
  }

  /// The table of a ↦ base + Σ step of all changes whose threshold is at most a, in any order.
  ///
  /// Changes at one threshold that cancel each other leave no trace.
  /// - Precondition: all codes are within `Int32`.
  package init(base: Int, changes: [(threshold: Int, step: Int)]) {
    var (codes, thresholds): ([Int], [Int]) = ([base], [])
    let sorted = changes.sorted { $0.threshold < $1.threshold }
    var index = 0
    while index < sorted.count {
      let threshold = sorted[index].threshold
      var total = 0
      while index < sorted.count, sorted[index].threshold == threshold {
        total += sorted[index].step
        index += 1
      }
      for _ in 0..<total.magnitude {
        thresholds.append(Self.saturated(threshold))
        codes.append(codes[codes.count - 1] + total.signum())
      }
    }
    self.thresholds = thresholds
    self.codes = codes
  }

  /// - Precondition: the parts are those of a table.
  init(thresholds: [Int], codes: [Int]) {
    (self.thresholds, self.codes) = (thresholds, codes)
  }

  /// The code below every threshold.
  public var base: Int { codes[0] }

  /// +1 or −1 for each threshold: where the code rises and where it falls.
  public var steps: [Int] { zip(codes.dropFirst(), codes).map { $0 - $1 } }

  /// The code of `accumulator`, within `Int32`.
  public func callAsFunction(_ accumulator: Int) -> Int {
    var (low, high) = (0, thresholds.count)
    while low < high {
      let middle = (low + high) / 2
      if thresholds[middle] <= accumulator { low = middle + 1 } else { high = middle }
    }
    return codes[low]
  }

  /// The code of every accumulator of a range within `Int32`, the lowest first.
  package func codes(over range: ClosedRange<Int>) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(range.count)
    var passed = 0
    for accumulator in range {
      while passed < thresholds.count, thresholds[passed] <= accumulator { passed += 1 }
      result.append(codes[passed])
    }
    return result
  }
}

extension ThresholdTable {
  /// The table of clamp(round(m·a + b) + z), half to even: one step for each further code.
  ///
  /// For m > 0 a code is at least c exactly when m·a + b lies above the tie c − z − ½, or on it with
  /// c − z even: a ≥ ⌈r⌉ or a ≥ ⌊r⌋ + 1 with r = (c − z − ½ − b) / m. For m < 0 the same tie is
  /// where the code falls below c.
  ///
  /// - Precondition: `multiplier` is not zero.
  public init(multiplier: Rational, offset: Rational, zeroPoint: Int, codes: ClosedRange<Int>) {
    precondition(!multiplier.isZero, "a threshold table needs a nonzero multiplier")
    let falls = multiplier.isNegative
    // The tie before the first change is at (2(c − z) − 1)/2, and each further one 1 away.
    let first = (falls ? codes.upperBound : codes.lowerBound + 1) - zeroPoint
    var position = Progression(
      (Rational(2 * first - 1) - offset * 2) / (multiplier * 2),
      step: 1 / multiplier.magnitude
    )
    var thresholds: [Int] = []
    thresholds.reserveCapacity(codes.count - 1)
    for step in 0..<codes.count - 1 {
      // On the tie itself the even one of the two codes wins.
      let tieIsPast = ((first + step) % 2 == 0) != falls
      thresholds.append(Self.saturated(tieIsPast ? position.ceiling : position.floor + 1))
      position.advance()
    }
    self.thresholds = thresholds
    self.codes = falls ? codes.reversed() : Array(codes)
  }

  /// Whether the code only rises (+1) or only falls (−1); `nil` when it does both.
  ///
  /// A table without steps counts as rising.
  public var direction: Int? {
    let first = thresholds.isEmpty ? 1 : codes[1] - codes[0]
    return codes.last == base + first * thresholds.count ? first : nil
  }

  private static func saturated(_ threshold: Int) -> Int {
    max(Int(Int32.min), min(never, threshold))
  }

  private static func saturated(_ threshold: BigInt) -> Int {
    saturated(Int(clamping: threshold))
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
