import BigInt
import IntaglioNumerics
import IntaglioRuntime
import Testing

@Suite("Integer softmax kernels")
struct IntegerSoftmaxKernelsTests {
  typealias Kernels = IntegerSoftmaxKernels

  /// A table of 2^−(i/32) in 24 bits; s·log₂e·2⁵ ≈ 1/2⁹ per step of a score.
  static let table = PowerOfTwoTable(bits: 24, fractionBits: 5).entries.map { UInt32($0) }
  static let base2 = Kernels.Exponential.base2(
    multiplier: 1 << 11,
    shift: 20,
    cap: 25 << 14,
    fractionBits: 5
  )

  static func constants(
    _ exponential: Kernels.Exponential = base2,
    isNegative: Bool = false,
    scale: (numerator: UInt64, denominator: UInt64),
    zeroPoint: Int32 = 0,
    zeroIsBeforeRounding: Bool = false,
    codes: ClosedRange<Int32>
  ) -> Kernels.Constants {
    Kernels.Constants(
      exponential: exponential,
      isNegative: isNegative,
      scale: scale,
      zeroPoint: zeroPoint,
      zeroIsBeforeRounding: zeroIsBeforeRounding,
      codes: codes,
      bias: 0
    )
  }

  static func softmax(
    _ scores: [Int32],
    _ constants: Kernels.Constants,
    table: [UInt32] = table,
    powers: [UInt16] = [],
    _ instructionSet: InstructionSet
  ) -> [UInt8] {
    let count = Kernels.scratchCount(columns: scores.count)
    var scratch = [UInt32](repeating: 0, count: count)
    var out = [UInt8](repeating: 0, count: scores.count)
    KernelTable(limit: instructionSet).integerSoftmax.softmax(
      rows: 1,
      columns: scores.count,
      scores: scores,
      stride: scores.count,
      constants: constants,
      table: table,
      powers: powers,
      scratch: &scratch,
      out: &out,
      outStride: scores.count
    )
    return out
  }

  /// Whether the kernel finds `expected` for the distance of `score` to 0, where it finds `first`
  /// for 0: two quantizers have their only tie just below and just above it.
  static func finds(
    _ expected: UInt32,
    at score: Int32,
    first: UInt32,
    _ exponential: Kernels.Exponential,
    table: [UInt32] = table,
    powers: [UInt16] = [],
    _ instructionSet: InstructionSet
  ) -> Bool {
    let sum = UInt64(first) + UInt64(expected)
    func code(tie: UInt64) -> UInt8 {
      let constants = Self.constants(exponential, scale: (tie, sum), codes: 0...1)
      return softmax([0, score], constants, table: table, powers: powers, instructionSet)[1]
    }
    let twice = 2 * UInt64(expected)
    return code(tie: twice + 1) == 0 && (expected == 0 || code(tie: twice - 1) == 1)
  }

  /// (23) and (24) in ratios.
  static func exponential(_ distance: Int, _ form: Kernels.Exponential) -> BigInt {
    switch form {
    case .base2(let multiplier, let shift, let cap, let fractionBits):
      let product = Rational(BigInt(min(distance, Int(cap))) * BigInt(multiplier))
      let u = Int((product / Rational(BigInt(1) << shift)).roundedHalfEven)
      return BigInt(table[u % (1 << fractionBits)]) >> (u >> fractionBits)
    case .distances, .base2Product:
      preconditionFailure("a table is its own definition")
    case .shiftmax(let x0, let n):
      let x = -Rational(distance)
      let p = x + Rational((x / 2).floor) - Rational((x / 16).floor)
      let limit = Rational(Int(x0) * n)
      let limited = p < limit ? limit : p
      let q = (limited / Rational(Int(x0))).floor
      let r = limited - Rational(q) * Rational(Int(x0))
      return ((r - Rational(2 * Int(x0))) * Rational(BigInt(1) << (n - Int(q))) / 2).floor
    }
  }

  /// (25) in ratios.
  private static func codes(_ scores: [Int32], _ constants: Kernels.Constants) -> [UInt8] {
    let edge = Int((constants.isNegative ? scores.min() : scores.max()) ?? 0)
    let powers = scores.map { exponential(abs(edge - Int($0)), constants.exponential) }
    let sum = Rational(powers.reduce(0, +))
    let scale = Rational(
      BigInt(constants.scale.numerator),
      over: BigInt(constants.scale.denominator)
    )
    let zero = Rational(Int(constants.zeroPoint))
    let range = Int(constants.codes.lowerBound)...Int(constants.codes.upperBound)
    return powers.map { power in
      let ratio = Rational(power) / (scale * sum)
      let code =
        constants.zeroIsBeforeRounding
        ? (ratio + zero).roundedHalfEven : ratio.roundedHalfEven + zero.numerator
      return UInt8(truncatingIfNeeded: min(max(Int(code), range.lowerBound), range.upperBound))
    }
  }

  @Test(
    "codes are those of exact arithmetic",
    arguments: InstructionSet.supported,
    [1, 2, 3, 4] as [UInt64]
  )
  func exact(_ instructionSet: InstructionSet, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for trial in 0..<60 {
      let columns = [1, 7, 16, 50, 64, 197].randomElement(using: &random) ?? 1
      let spread = Int32(1) << Int32.random(in: 0...16, using: &random)
      let scores = (0..<columns).map { _ in Int32.random(in: -spread...spread, using: &random) }
      let count = [2, 8, 16, 17, 100, 256].randomElement(using: &random) ?? 2
      let low = Int32.random(in: -128...0, using: &random)
      let x0 = -Int32.random(in: 1..<20_000, using: &random)
      let constants = Self.constants(
        trial % 3 == 0 ? .shiftmax(x0: x0, n: Int.random(in: 0...15, using: &random)) : Self.base2,
        isNegative: Bool.random(using: &random),
        scale: (
          UInt64.random(in: 1..<(1 << 40), using: &random),
          UInt64.random(in: 1..<(1 << 40), using: &random) << 8
        ),
        zeroPoint: low + Int32.random(in: -3...3, using: &random),
        zeroIsBeforeRounding: Bool.random(using: &random),
        codes: low...low + Int32(count - 1)
      )
      let found = Self.softmax(scores, constants, instructionSet)
      #expect(found == Self.codes(scores, constants), "trial \(trial): \(constants)")
    }
  }

  @Test(
    "long rows of words have the codes of exact arithmetic, on ties and beside them",
    arguments: InstructionSet.supported,
    [1, 2, 3, 4] as [UInt64]
  )
  func rowsOfWords(_ instructionSet: InstructionSet, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for trial in 0..<100 {
      let columns = [1, 31, 32, 33, 64, 65, 197].randomElement(using: &random) ?? 1
      let powers = (0..<128).map { UInt16(UInt32(65_535) >> UInt32($0 / 8)) }
      let scores = (0..<columns).map { _ in -Int32.random(in: 0...200, using: &random) }
      let edge = scores.max() ?? 0
      let numbers = scores.map { score in
        let word = powers[min(Int(edge - score), 127)]
        return word == .max ? 1 << 16 : UInt64(word)
      }
      let sum = numbers.reduce(0, +)
      let low = Int32.random(in: -3...0, using: &random)
      let codes = low...low + ([1, 7, 15, 255].randomElement(using: &random) ?? 1)
      // Every other quantizer has ties: one number is half of a step, the next ones odd multiples.
      let unit = numbers.randomElement(using: &random).map { max(2 * $0, 1) } ?? 1
      let zeroPoint = Int32.random(in: -2...2, using: &random)
      let isBefore = Bool.random(using: &random)
      let constants = Self.constants(
        .distances(count: 128),
        scale: trial % 2 == 0
          ? (unit, sum) : (1, UInt64.random(in: 1...300, using: &random)),
        zeroPoint: zeroPoint,
        zeroIsBeforeRounding: isBefore,
        codes: codes
      )
      let scale = Rational(
        BigInt(constants.scale.numerator),
        over: BigInt(constants.scale.denominator)
      )
      let expected = numbers.map { number in
        let ratio = Rational(Int(number)) / (scale * Rational(Int(sum)))
        let zero = Rational(Int(zeroPoint))
        let code =
          isBefore ? (ratio + zero).roundedHalfEven : ratio.roundedHalfEven + BigInt(zeroPoint)
        let range = Int(codes.lowerBound)...Int(codes.upperBound)
        return UInt8(truncatingIfNeeded: min(max(Int(code), range.lowerBound), range.upperBound))
      }
      let found = Self.softmax(scores, constants, powers: powers, instructionSet)
      #expect(found == expected, "trial \(trial): \(constants)")
    }
  }

  @Test(
    "ties go to the even code, and an odd zero point inside the rounding turns them",
    arguments: InstructionSet.supported,
    [0...15, 0...255] as [ClosedRange<Int32>]
  )
  func ties(_ instructionSet: InstructionSet, codes: ClosedRange<Int32>) {
    let scores = [Int32](repeating: -5, count: 50)
    for code in 0..<codes.upperBound - 1 {
      // e / (s′·Σ) = 1 / (50·s′) = code + ½.
      let scale = (numerator: UInt64(2), denominator: UInt64(50 * (2 * code + 1)))
      let even = Self.softmax(scores, Self.constants(scale: scale, codes: codes), instructionSet)
      #expect(even == [UInt8](repeating: UInt8(code + code % 2), count: 50))
      for isBefore in [false, true] {
        let constants = Self.constants(
          scale: scale,
          zeroPoint: 1,
          zeroIsBeforeRounding: isBefore,
          codes: codes
        )
        let moved = isBefore ? code + 1 + (code + 1) % 2 : code + code % 2 + 1
        let found = Self.softmax(scores, constants, instructionSet)
        #expect(found == [UInt8](repeating: UInt8(moved), count: 50))
      }
      // A hair to either side of the tie there is nothing to choose.
      for (hair, expected) in [(-1, code + 1), (1, code)] {
        let near = (
          numerator: (UInt64(2) << 30).advanced(by: hair),
          denominator: UInt64(50 * (2 * code + 1)) << 30
        )
        let constants = Self.constants(scale: near, codes: codes)
        let found = Self.softmax(scores, constants, instructionSet)
        #expect(found == [UInt8](repeating: UInt8(expected), count: 50))
      }
    }
  }

  @Test("a negative scale turns the scores round", arguments: InstructionSet.supported)
  func negativeScale(_ instructionSet: InstructionSet) {
    var random = SplitMix64(seed: 7)
    let scores = (0..<197).map { _ in Int32.random(in: -9000...9000, using: &random) }
    let plain = Self.constants(scale: (1, 255), codes: 0...255)
    let turned = Self.constants(isNegative: true, scale: (1, 255), codes: 0...255)
    let codes = Self.softmax(scores, plain, instructionSet)
    #expect(Self.softmax(scores.map { -$0 }, turned, instructionSet) == codes)
    #expect(Self.softmax(scores, turned, instructionSet) != codes)
    let extremes: [Int32] = [.min, .max, 0]
    #expect(Self.softmax(extremes, plain, instructionSet) == [0, 255, 0])
    #expect(Self.softmax(extremes, turned, instructionSet) == [255, 0, 0])
  }

  @Test("masked scores take no part", arguments: InstructionSet.supported)
  func masks(_ instructionSet: InstructionSet) {
    var random = SplitMix64(seed: 8)
    let scores = (0..<50).map { _ in Int32.random(in: -9000...9000, using: &random) }
    for exponential in [Self.base2, .shiftmax(x0: -700, n: 15)] {
      let constants = Self.constants(exponential, scale: (1, 255), codes: 0...255)
      let alone = Self.softmax(scores, constants, instructionSet)
      let masked = Self.softmax(
        scores.flatMap { [$0, Int32.min] },
        constants,
        instructionSet
      )
      // Shiftmax leaves a masked score e = −x₀/2, which is little beside the others.
      let isBase2 = exponential == Self.base2
      for (index, code) in alone.enumerated() {
        #expect(abs(Int(masked[2 * index]) - Int(code)) <= (isBase2 ? 0 : 1))
        #expect(masked[2 * index + 1] == 0)
      }
    }
  }

  @Test("a row of one column has the code of 1", arguments: InstructionSet.supported)
  func single(_ instructionSet: InstructionSet) {
    for score in [.min, -1, 0, .max] as [Int32] {
      let constants = Self.constants(scale: (1, 200), codes: 0...255)
      #expect(Self.softmax([score], constants, instructionSet) == [200])
    }
  }

  @Test(
    "quotients far from the codes are clamped or 0",
    arguments: InstructionSet.supported,
    [0...15, 0...255] as [ClosedRange<Int32>]
  )
  func farQuotients(_ instructionSet: InstructionSet, codes: ClosedRange<Int32>) {
    let scores: [Int32] = [0, 0, -9000, .min]
    for scale in [(1, (1 << 62) - 1), ((1 << 40) - 1, 1), (1, 1), (1 << 20, 1)]
      as [(UInt64, UInt64)]
    {
      let constants = Self.constants(scale: scale, codes: codes)
      #expect(Self.softmax(scores, constants, instructionSet) == Self.codes(scores, constants))
    }
    // The first term of the sum is so small that its reciprocal is beyond any code.
    let tiny = Self.constants(.shiftmax(x0: -1, n: 0), scale: (1, (1 << 62) - 1), codes: codes)
    #expect(Self.softmax(scores, tiny, instructionSet) == Self.codes(scores, tiny))
  }

  @Test(
    "where a damaged table leaves every e at 0, every kernel has the code of 0 and none divides by it",
    arguments: InstructionSet.supported
  )
  func tablesOfZeros(instructionSet: InstructionSet) {
    let exponentials: [Kernels.Exponential] = [
      Self.base2, .distances(count: 64),
      .base2Product(multiplier: 1 << 9, shift: 9, cap: 1 << 12, dropped: 0),
    ]
    for exponential in exponentials {
      for codes in [0...1, 0...7, 0...255] as [ClosedRange<Int32>] {
        let constants = Self.constants(exponential, scale: (1, 8), zeroPoint: 1, codes: codes)
        let found = Self.softmax(
          Array(0..<100),
          constants,
          table: [UInt32](repeating: 0, count: 128),
          powers: [UInt16](repeating: 0, count: 64),
          instructionSet
        )
        #expect(found == [UInt8](repeating: 1, count: 100))
      }
    }
  }
}
