import BigInt
package import IntaglioGraph
import IntaglioNumerics

/// A norm by comparison of squares, equation (20), with integers of 64 bits.
///
/// With d = N·x − S, V = N·Σx² − S², N²·ε = p/q and U = V·q + p, ŷ is d·√q/√U. A root and a reciprocal
/// of a row give y ≈ |d|/√U·2^F, and y gives a guess that is the code or one below it. The tie between
/// the two decides: the code is at least j exactly when A·d is at or beyond R·√(U/q), R = (j − z)·E − G,
/// which the squares A²·q·d² and R²·U say. These are long, so they stand as limbs of 28 bits.
package struct ExactNorm {
  package static let limbBits = 28
  /// The root is that of a number of 61 or 62 bits; its reciprocal is 2 to this over it.
  package static let reciprocalBits = 61

  /// What varies over the channels.
  package struct Entry: Hashable, Sendable {
    /// m and β of the guess ⌊(±y·m + β)/2ˢ⌋; z is in β.
    let multiplier: Int
    let offset: Int
    /// The sign of A.
    let sign: Int
    /// A²·q.
    let square: [Int]
    /// E and G, so that R is j′·E − G.
    let step: [Int]
    let first: [Int]
    /// The least j′ with R ≥ 0.
    let turn: Int
    let zeroPoint: Int
  }

  package let entries: Broadcast<Entry>
  package let codes: ClosedRange<Int>
  package let isCentered: Bool
  /// N.
  package let count: Int
  /// The largest |x| once it is shifted, and |d|.
  package let largest: Int
  package let deviation: Int
  /// p and q as limbs.
  package let epsilon: (numerator: [Int], denominator: [Int])
  /// F, the bits G′ that the reciprocal keeps, and s.
  package let fractionBits: Int
  package let keptBits: Int
  package let shift: Int

  /// How many limbs d, U, A²·q, E and G take.
  package let deviationLimbs: Int
  package let energyLimbs: Int
  package let squareLimbs: Int
  package let rootLimbs: Int

  /// - Parameters:
  ///   - norm: one that compares squares.
  ///   - count: the elements of a row.
  ///   - operand: what they can be.
  /// - Throws: `ExactFormError` where 64 bits do not hold it.
  package init(
    _ norm: IntegerNorm,
    count: Int,
    operand: ClosedRange<Int>
  ) throws(ExactFormError) {
    let magnitude = Int(max(operand.lowerBound.magnitude, operand.upperBound.magnitude))
    let largest = magnitude << (norm.left.values.max() ?? 0)
    let deviation = max(1, (norm.isCentered ? 2 : 1) * count * largest)
    let deviationBits = Int.bitWidth - deviation.leadingZeroBitCount
    guard deviationBits <= 46 else {
      throw ExactFormError(
        what: "rows of \(count) integers up to \(largest)",
        advice: "use narrower streams (--stream-bits)"
      )
    }
    let ratio = norm.epsilon * Rational(count) * Rational(count)
    let (p, q) = (ratio.numerator, ratio.denominator)
    let bits = Self.limbBits
    let energy = BigInt(count) * BigInt(count) * BigInt(largest) * BigInt(largest) * q + p
    let epsilonLimbs = Limbs.count([p, q], bits: bits)
    epsilon = (
      Limbs.split(p, bits: bits, count: epsilonLimbs),
      Limbs.split(q, bits: bits, count: epsilonLimbs)
    )
    let guess = Guess(count: count, deviationBits: deviationBits, denominator: q)
    let requantizer = norm.requantizer
    let pairs = requantizer.multiplier.combined(requantizer.offset) { Line($0, $1, q) }
    guard
      let lines = pairs?.combined(requantizer.zeroPoint, { Placed(line: $0, zeroPoint: $1) })
    else {
      throw ExactFormError(what: "parameters that do not fit each other", advice: "report this")
    }
    let codes = requantizer.type.range
    let farthest = Int(max(codes.lowerBound.magnitude, codes.upperBound.magnitude))
    let heights = lines.values.map { $0.height }
    guard let shift = guess.shift(lines.values, heights) else {
      throw ExactFormError(what: "γ or β beyond 2⁴⁰", advice: "check the norm's parameters")
    }
    let squareLimbs = Limbs.count(lines.values.map(\.line.square), bits: bits)
    let rootLimbs = Limbs.count(
      lines.values.map { line in
        let far = BigInt(farthest + line.zeroPoint.magnitudeAsInt + 1)
        return far * line.line.step + BigInt(line.line.first.magnitude)
      },
      bits: bits
    )
    var values: [Entry] = []
    for line in lines.values {
      guard line.zeroPoint.magnitude < 1 << 20,
        let entry = line.entry(guess, shift, farthest, (squareLimbs, rootLimbs))
      else {
        throw ExactFormError(
          what: "a multiplier of \(line.line.multiplier.doubleValue) for rows of \(count)",
          advice: "check γ and the quantizer's scale"
        )
      }
      values.append(entry)
    }
    entries = Broadcast(values, shape: lines.shape)
    self.codes = codes
    isCentered = norm.isCentered
    self.count = count
    (self.largest, self.deviation) = (largest, deviation)
    (fractionBits, keptBits, self.shift) = (guess.fractionBits, guess.keptBits, shift)
    deviationLimbs = Limbs.count([BigInt(deviation)], bits: bits)
    energyLimbs = Limbs.count([energy], bits: bits)
    (self.squareLimbs, self.rootLimbs) = (squareLimbs, rootLimbs)
    // Columns of products add up to that many limbs' products, twice.
    let columns = max(squareLimbs, 2 * deviationLimbs, 2 * rootLimbs, energyLimbs)
    guard columns <= 16 else {
      throw ExactFormError(
        what: "comparisons of \(columns * bits) bits",
        advice: "use '--norms rounded:14', whose numbers are shorter"
      )
    }
  }
}

extension Int {
  fileprivate var magnitudeAsInt: Int { Int(clamping: magnitude) }
}

/// How a row's root becomes a guess.
private struct Guess {
  /// F and G′.
  let fractionBits: Int
  let keptBits: Int
  /// √q·2^−F: the worth of 1 in y.
  let unit: Double
  /// √N.
  let root: Double

  init(count: Int, deviationBits: Int, denominator: BigInt) {
    root = Double(count).squareRoot()
    let q = Rational(denominator).doubleValue.squareRoot()
    // y stays below 2²⁹.
    let rootBits = Int(root.exponent) + 1
    fractionBits = 28 - rootBits + Int(q.exponent)
    keptBits = min(31, 62 - deviationBits)
    unit = Double(sign: .plus, exponent: -fractionBits, significand: q)
  }

  /// The largest |y|.
  var largest: Double { 0x1p29 }

  /// s, the same for all; `nil` where the numbers are too large.
  func shift(_ lines: [Placed], _ heights: [Double]) -> Int? {
    var most = 1.0
    for (line, height) in zip(lines, heights) {
      most = max(most, line.line.multiplier.doubleValue.magnitude * unit * largest + height + 1)
    }
    guard most < 0x1p40 else { return nil }
    return min(45, 58 - Int(most.exponent))
  }

  /// How far the guess can be off for this multiplier.
  func error(_ multiplier: Double, height: Double, farthest: Double, shift: Int) -> Double {
    let rounding = largest * Double(sign: .plus, exponent: -shift, significand: 1)
    // Of U cut to 28 bits, its root and reciprocal, and the reciprocal cut.
    let relative = 0x1p-27 + Double(sign: .plus, exponent: 2 - keptBits, significand: 1)
    // Codes beyond the last one are far from every tie.
    let reach = min(multiplier.magnitude * root, farthest + height + 2)
    return multiplier.magnitude * unit * 2 + reach * relative + rounding
  }
}

/// M and B over one denominator, with q.
private struct Line: Hashable {
  let multiplier: Rational
  let offset: Rational
  /// A²·q, E and G without common factors, the sign of A.
  let square: BigInt
  let step: BigInt
  let first: BigInt
  let sign: Int

  init(_ multiplier: Rational, _ offset: Rational, _ denominator: BigInt) {
    (self.multiplier, self.offset) = (multiplier, offset)
    let (x, y) = (multiplier.denominator, offset.denominator)
    let common = x / x.greatestCommonDivisor(with: y) * y
    let a = multiplier.numerator * (common / x)
    let b = offset.numerator * (common / y)
    // L = 2·a·d and R = (2·j′ − 1)·D − 2·b.
    let parts = [2 * a, 2 * common, common + 2 * b]
    let divisor = parts.reduce(BigInt(0)) { $0.greatestCommonDivisor(with: $1) }
    let slope = parts[0] / divisor
    square = slope * slope * denominator
    (step, first) = (parts[1] / divisor, parts[2] / divisor)
    sign = slope.sign == .minus ? -1 : 1
  }
}

private struct Placed: Hashable {
  let line: Line
  let zeroPoint: Int

  /// |B + z|.
  var height: Double { line.offset.doubleValue.magnitude + Double(zeroPoint.magnitude) }

  /// `nil` where the guess could be off by a half.
  func entry(
    _ guess: Guess,
    _ shift: Int,
    _ farthest: Int,
    _ limbs: (square: Int, root: Int)
  ) -> ExactNorm.Entry? {
    let slope = line.multiplier.doubleValue * guess.unit
    let scale = Double(sign: .plus, exponent: shift, significand: 1)
    let error = guess.error(
      line.multiplier.doubleValue,
      height: height,
      farthest: Double(farthest),
      shift: shift
    )
    guard error < 0.25 else { return nil }
    let offset = (line.offset + Rational(zeroPoint)) * Rational(BigInt(1) << shift)
    let bits = ExactNorm.limbBits
    let turn = Rational(line.first, over: line.step).ceiling
    return ExactNorm.Entry(
      multiplier: Int((slope * scale).rounded()),
      offset: Int(offset.roundedHalfEven),
      sign: line.sign,
      square: Limbs.split(line.square, bits: bits, count: limbs.square),
      step: Limbs.split(line.step, bits: bits, count: limbs.root),
      first: Limbs.split(line.first, bits: bits, count: limbs.root),
      turn: Int(clamping: max(-1 << 40, min(1 << 40, turn))),
      zeroPoint: zeroPoint
    )
  }
}
