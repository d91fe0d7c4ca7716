import IntaglioNumerics

extension KernelSelfTest {
  func integerSoftmaxChecks() -> [KernelCheck] {
    let truth = KernelTable(limit: .scalar).integerSoftmax
    // How many codes.
    let cases = [1, 2, 8, 16, 17, 256].flatMap { codes in
      (matrixCases + longRows).map { (size: $0, codes: codes) }
    }
    return tables.map { instructionSet, table in
      check("intaglio_integer_softmax_softmax_i32__\(instructionSet)", instructionSet, on: cases) {
        let truth = instructionSet == .scalar ? nil : truth
        return softmaxTrial(table.integerSoftmax, truth, $0.size, codes: $0.codes, &$1)
      }
    }
  }

  private func softmaxTrial(
    _ kernels: IntegerSoftmaxKernels,
    _ truth: IntegerSoftmaxKernels?,
    _ size: MatrixCase,
    codes: Int,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let values = scores(size.count, &generator)
    var softmax = RandomSoftmax(codes: codes, &generator)
    let rows = (0..<size.rows).map { row in
      Array(values[row * size.stride..<row * size.stride + size.columns])
    }
    if let row = rows.first, Bool.random(using: &generator) { softmax.focus(on: row, &generator) }
    let a = GuardedBuffer(values, placement: placement)
    let table = GuardedBuffer(softmax.table, placement: placement)
    let powers = GuardedBuffer(softmax.powers, placement: placement)
    let scratch = GuardedBuffer(
      [UInt32](repeating: 77, count: IntegerSoftmaxKernels.scratchCount(columns: size.columns)),
      placement: placement
    )
    func run(_ kernels: IntegerSoftmaxKernels) -> GuardedBuffer<UInt8> {
      let out = GuardedBuffer([UInt8](repeating: 77, count: size.outCount), placement: placement)
      kernels.softmax(
        rows: size.rows,
        columns: size.columns,
        scores: a.base,
        stride: size.stride,
        constants: softmax.constants,
        table: table.base,
        powers: powers.base,
        scratch: scratch.base,
        out: out.base,
        outStride: size.outStride
      )
      return out
    }
    let found = run(kernels)
    let isIntact = scratch.isIntact
    let codes = truth == nil ? rows.map(softmax.codes) : []
    let expected =
      truth.map { run($0).values } ?? size.result(gap: UInt8(77)) { codes[$0][$1] }
    var trial = KernelTrial(found, expected)
    if trial.failure == nil, !isIntact { trial.failure = "wrote outside its scratch" }
    return trial
  }

  /// Scores of every magnitude, near each other, or all equal, which makes ties; some are masked.
  private func scores(_ count: Int, _ generator: inout SplitMix64) -> [Int32] {
    let kind = Int.random(in: 0..<4, using: &generator)
    guard kind > 0 else { return randomIntegers(count, &generator) }
    let spread: Int32 = [0, 1, 40, 5000][kind]
    let masks = Bool.random(using: &generator)
    return (0..<count).map { index in
      masks && index % 3 == 1
        ? Int32.min + 7 : Int32.random(in: -spread...spread, using: &generator)
    }
  }
}

/// Random constants within the limits of the kernel, and what they mean.
private struct RandomSoftmax {
  private(set) var constants: IntegerSoftmaxKernels.Constants
  let table: [UInt32]
  let powers: [UInt16]

  init(codes: Int, _ generator: inout SplitMix64) {
    // Powers of two make ties.
    let isRegular = Bool.random(using: &generator)
    let fractionBits = isRegular ? 0 : Int.random(in: 0...9, using: &generator)
    let exponential = Self.randomExponential(isRegular, fractionBits: fractionBits, &generator)
    table = Self.randomTable(exponential, fractionBits: fractionBits, &generator)
    powers = (0..<512).map { index in
      index == 0
        ? .max >> UInt16.random(in: 0...1, using: &generator)
        : UInt16.random(in: 0 ... .max, using: &generator)
          >> UInt16.random(in: 0...15, using: &generator)
    }
    let numerator = UInt64.random(in: 1..<(1 << 40), using: &generator)
    let denominator = UInt64.random(in: 1..<(1 << 62), using: &generator)
    let low = Int32.random(in: -200...10, using: &generator)
    constants = IntegerSoftmaxKernels.Constants(
      exponential: exponential,
      isNegative: Bool.random(using: &generator),
      scale: isRegular
        ? (1, 1 << UInt64.random(in: 0...11, using: &generator))
        : (
          numerator >> UInt64.random(in: 0...20, using: &generator) | 1,
          denominator >> UInt64.random(in: 0...30, using: &generator) | 1
        ),
      zeroPoint: Int32.random(in: -9...9, using: &generator) + (isRegular ? 0 : low),
      zeroIsBeforeRounding: Bool.random(using: &generator),
      codes: low...low + Int32(codes - 1),
      bias: Int32.random(in: 0...1, using: &generator) * 128
    )
  }

  private static func randomExponential(
    _ isRegular: Bool,
    fractionBits: Int,
    _ generator: inout SplitMix64
  ) -> IntegerSoftmaxKernels.Exponential {
    switch Int.random(in: 0..<5, using: &generator) {
    case 4:
      let product = Base2ProductExponential(
        scale: Rational(1, over: 1 << Int.random(in: 0...20, using: &generator))
          + Rational(1, over: 10_007)
      )
      return .base2Product(
        multiplier: UInt16(product.multiplier),
        shift: product.shift,
        cap: UInt16(product.cap),
        dropped: product.dropped
      )
    case 0:
      let x0 = -Int32.random(in: 1..<65536, using: &generator)
      let n = Int.random(in: 0...15, using: &generator)
      return .shiftmax(x0: isRegular ? -16 : x0 >> Int32(n), n: n)
    case 1:
      return .distances(count: 64 * Int.random(in: 1...8, using: &generator))
    default:
      return randomBase2(fractionBits: fractionBits, &generator)
    }
  }

  /// The table of an exponential, of words or of wider numbers; words may stand for 2¹⁶.
  private static func randomTable(
    _ exponential: IntegerSoftmaxKernels.Exponential,
    fractionBits: Int,
    _ generator: inout SplitMix64
  ) -> [UInt32] {
    let largest: UInt32 = [1 << 15, 1 << 16, 1 << 24].randomElement(using: &generator) ?? 1
    if case .base2Product = exponential {
      return (0..<64).map { _ in UInt32.random(in: 1 << 15..<1 << 16, using: &generator) }
        + (0..<32).map { _ in UInt32.random(in: 0...1 << 12, using: &generator) }
    }
    return (0..<1 << fractionBits).map { index in
      index == 0 ? largest : UInt32.random(in: largest >> 1...largest, using: &generator)
    }
  }

  /// Constants of a table of fractions within the limits of the kernel; half of them make rows of
  /// words.
  private static func randomBase2(
    fractionBits: Int,
    _ generator: inout SplitMix64
  ) -> IntegerSoftmaxKernels.Exponential {
    if Bool.random(using: &generator) {
      let base2 = Base2Exponential(
        scale: Rational(1, over: Int.random(in: 1...5000, using: &generator)),
        fractionBits: fractionBits,
        tableBits: 16
      )
      return .base2(
        multiplier: UInt32(base2.multiplier),
        shift: base2.shift,
        cap: UInt32(base2.cap),
        fractionBits: fractionBits
      )
    }
    let shift = Int.random(in: 0...62, using: &generator)
    let multiplier = UInt32.random(in: 1..<(1 << 31), using: &generator)
    let scaled = multiplier >> UInt32.random(in: 0...30, using: &generator) | 1
    let largest = min(UInt128(1) << (30 + shift), 1 << 62) / UInt128(scaled)
    let cap = UInt32(clamping: max(largest, 1) - 1)
    return .base2(multiplier: scaled, shift: shift, cap: cap, fractionBits: fractionBits)
  }

  /// Chooses the codes so that two neighbours meet between one e of `row` and the next number,
  /// which shows any error of e.
  mutating func focus(on row: [Int32], _ generator: inout SplitMix64) {
    let powers = exponentials(row)
    let sum = powers.reduce(0) { $0 + UInt64($1) }
    guard let e = powers.randomElement(using: &generator), sum > 0 else { return }
    let tie = Bool.random(using: &generator) || e == 0 ? 2 * UInt64(e) + 1 : 2 * UInt64(e) - 1
    constants.scale = (tie, sum)
    constants.zeroPoint = constants.codes.lowerBound
  }

  /// (23) to (25) for one row.
  func codes(_ scores: [Int32]) -> [UInt8] {
    let powers = exponentials(scores)
    let sum = powers.reduce(0) { $0 + UInt128($1) }
    return powers.map { code(UInt128($0), sum) }
  }

  /// (23), (24) or (32) for one row.
  func exponentials(_ scores: [Int32]) -> [UInt32] {
    let edge = Int64((constants.isNegative ? scores.min() : scores.max()) ?? 0)
    return scores.map { exponential(abs(edge - Int64($0))) }
  }

  /// u of (23).
  private func exponent(_ capped: Int64, _ multiplier: UInt32, _ shift: Int) -> Int {
    let unit = Int128(1) << shift
    let (floor, rest) = Int128(capped * Int64(multiplier)).quotientAndRemainder(dividingBy: unit)
    let isUp = 2 * rest > unit || (2 * rest == unit && floor % 2 == 1)
    return Int(floor + (isUp ? 1 : 0))
  }

  private func exponential(_ distance: Int64) -> UInt32 {
    switch constants.exponential {
    case .base2(let multiplier, let shift, let cap, let fractionBits):
      let (whole, fraction) = exponent(min(distance, Int64(cap)), multiplier, shift)
        .quotientAndRemainder(dividingBy: 1 << fractionBits)
      return table[fraction] >> UInt32(whole)
    case .base2Product(let multiplier, let shift, let cap, let dropped):
      let half = dropped == 0 ? 0 : Int64(1) << (dropped - 1)
      let reduced = min((distance + half) >> dropped, Int64(cap))
      let u = (reduced * Int64(multiplier) + Int64(1) << (shift - 1)) >> shift
      let (whole, fraction) = Int(u).quotientAndRemainder(dividingBy: 1 << 11)
      let (coarse, fine) = fraction.quotientAndRemainder(dividingBy: 32)
      let power = table[coarse] - table[coarse] * table[64 + fine] / (1 << 16)
      return (power >> UInt32(whole) + 1) / 2
    case .shiftmax(let x0, let n):
      let x0 = Int64(x0)
      let exponent = max(-distance + (-distance >> 1) - (-distance >> 4), Int64(n) * x0)
      let (quotient, rest) = exponent.quotientAndRemainder(dividingBy: x0)
      return UInt32(((rest - 2 * x0) << (Int64(n) - quotient)) >> 1)
    case .distances(let count):
      let word = powers[min(Int(distance), count - 1)]
      return word == .max ? 1 << 16 : UInt32(word)
    }
  }

  private func code(_ e: UInt128, _ sum: UInt128) -> UInt8 {
    let divisor = sum * UInt128(constants.scale.numerator)
    let (quotient, rest) = (e * UInt128(constants.scale.denominator))
      .quotientAndRemainder(dividingBy: divisor)
    let zero = Int128(constants.zeroPoint)
    let floor = Int128(quotient)
    let even = constants.zeroIsBeforeRounding ? floor + zero : floor
    let isUp = 2 * rest > divisor || (2 * rest == divisor && even % 2 != 0)
    let code = floor + zero + (isUp ? 1 : 0)
    let range = constants.codes
    let clamped = min(max(code, Int128(range.lowerBound)), Int128(range.upperBound))
    return UInt8(truncatingIfNeeded: clamped + Int128(constants.bias))
  }
}
