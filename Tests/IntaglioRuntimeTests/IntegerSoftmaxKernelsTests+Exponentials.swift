import IntaglioNumerics
import IntaglioRuntime
import Testing

/// Each form of the exponential, distance by distance.
extension IntegerSoftmaxKernelsTests {
  @Test("shiftmax divides exactly", arguments: InstructionSet.supported)
  func shiftmax(_ instructionSet: InstructionSet) {
    for x0 in [-1, -2, -3, -255, -256, -257, -3000, -40_009, -65_535] as [Int32] {
      for n in [0, 1, 14, 15] {
        // p = −23/16·D is about k·x₀.
        var scores: [Int32] = [0, -Int32.max]
        for k in 0...Int32(n) {
          let near = k * x0 * 16 / 23
          scores += (near - 3...near + 3).map { min($0, 0) }
        }
        let form = Kernels.Exponential.shiftmax(x0: x0, n: n)
        let first = UInt32(Self.exponential(0, form))
        for score in scores {
          let e = UInt32(Self.exponential(-Int(score), form))
          let isFound = Self.finds(e, at: score, first: first, form, instructionSet)
          #expect(isFound, "x₀ = \(x0), n = \(n), D = \(-Int(score))")
        }
      }
    }
  }

  @Test("powers of two are exact for every distance", arguments: InstructionSet.supported)
  func powersOfTwo(_ instructionSet: InstructionSet) {
    for step in 0..<20_000 as Range<Int32> {
      let e = UInt32(Self.exponential(Int(step) * 21, Self.base2))
      #expect(Self.finds(e, at: -step * 21, first: 1 << 24, Self.base2, instructionSet))
    }
  }

  /// Tables of words and exponents of words, and where either is just too wide.
  static let words: [(fractionBits: Int, tableBits: Int, slope: Int)] = [
    (0, 16, 3), (4, 15, 40), (6, 15, 700), (6, 16, 700), (7, 15, 90_000), (8, 16, 12),
    (9, 15, 5_000_000), (9, 16, 33), (9, 17, 33), (10, 16, 33),
  ]

  @Test(
    "powers of two of every width are exact for every distance",
    arguments: InstructionSet.supported,
    words
  )
  func powersOfWords(
    _ instructionSet: InstructionSet,
    width: (fractionBits: Int, tableBits: Int, slope: Int)
  ) {
    let base2 = Base2Exponential(
      scale: Rational(1, over: width.slope),
      fractionBits: width.fractionBits,
      tableBits: width.tableBits
    )
    let form = Kernels.Exponential.base2(
      multiplier: UInt32(base2.multiplier),
      shift: base2.shift,
      cap: UInt32(base2.cap),
      fractionBits: width.fractionBits
    )
    let table = base2.table.map { UInt32($0) }
    // Near every exponent of a coarse grid, both neighbours of the ends included.
    let step = max(1, base2.cap / 700)
    let distances = stride(from: 0, through: base2.cap + step, by: step).flatMap {
      [$0, $0 + 1, $0 + step / 2]
    }
    for distance in distances {
      let isFound = Self.finds(
        UInt32(base2(distance)),
        at: -Int32(distance),
        first: table[0],
        form,
        table: table,
        instructionSet
      )
      #expect(isFound, "D = \(distance)")
    }
  }

  @Test(
    "a tie of the exponent goes to the even one in tables of words, too",
    arguments: InstructionSet.supported
  )
  func tiesOfExponents(_ instructionSet: InstructionSet) {
    // u = D / 2: every odd distance is a tie.
    let table = PowerOfTwoTable(bits: 15, fractionBits: 5).entries.map { UInt32($0) }
    let form = Kernels.Exponential.base2(
      multiplier: 1 << 30,
      shift: 31,
      cap: 1100,
      fractionBits: 5
    )
    for distance in 0..<1200 {
      let u = min(distance, 1100).shiftedRounding(by: 1)
      let e = table[u & 31] >> UInt32(u >> 5)
      let isFound = Self.finds(
        e,
        at: -Int32(distance),
        first: 1 << 15,
        form,
        table: table,
        instructionSet
      )
      #expect(isFound, "D = \(distance)")
    }
  }

  @Test(
    "a table of distances is read at every distance, the last entry for all beyond",
    arguments: InstructionSet.supported,
    [64, 128, 192, 256, 320, 384, 448, 512]
  )
  func distances(_ instructionSet: InstructionSet, count: Int) {
    var random = SplitMix64(seed: UInt64(count))
    for first in [.max, 1 << 15] as [UInt16] {
      var powers = (0..<count).map { _ in UInt16.random(in: 0 ... .max, using: &random) }
      powers[0] = first
      powers[count - 2] = .max
      let form = Kernels.Exponential.distances(count: count)
      let farther = [count, count + 1, 65_535, 65_536, 65_537, Int(Int32.max)]
      for distance in Array(0..<count) + farther {
        let word = powers[min(distance, count - 1)]
        let isFound = Self.finds(
          word == .max ? 1 << 16 : UInt32(word),
          at: -Int32(distance),
          first: first == .max ? 1 << 16 : UInt32(first),
          form,
          powers: powers,
          instructionSet
        )
        #expect(isFound, "D = \(distance)")
      }
    }
  }
}
