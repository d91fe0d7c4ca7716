import BigInt
import IntaglioNumerics
import IntaglioRuntime
import Testing

@Suite("Integer normalization kernels")
struct IntegerNormalizeKernelsTests {
  typealias Constants = IntegerNormalizeKernels.Constants

  private static func normalize(
    _ x: [Int32],
    left: [UInt8]? = nil,
    _ constants: Constants,
    _ instructionSet: InstructionSet
  ) -> [Int32] {
    var out = x
    KernelTable(limit: instructionSet).integerNormalize.normalize(
      rows: 1,
      columns: x.count,
      x: x,
      stride: x.count,
      left: left,
      constants: constants,
      out: &out,
      outStride: x.count
    )
    return out
  }

  /// How far `found` is from (19) at most, and how far (21) allows, both times 2⁴⁰.
  private static func error(
    _ found: [Int32],
    _ x: [BigInt],
    _ constants: Constants
  ) -> (largest: BigInt, bound: BigInt) {
    let count = BigInt(x.count)
    let sum = constants.isCentered ? x.reduce(0, +) : 0
    let squares = x.reduce(0) { $0 + $1 * $1 }
    let w = ((count * squares - sum * sum) << constants.scaleBits) + BigInt(constants.epsilon)
    let bits = constants.fractionBits + 40
    let errors = zip(x, found).map { value, found in
      let d = count * value - sum
      let root = ((d * d) << (2 * bits + constants.scaleBits) / w).magnitude.squareRoot()
      let exact = d < 0 ? -BigInt(root) : BigInt(root)
      return BigInt((exact - (BigInt(found) << 40)).magnitude)
    }
    let root = BigInt((count << (2 * bits)).magnitude.squareRoot())
    let truncation = constants.rootBits < 31 ? root >> (constants.rootBits - 1) : 0
    return (errors.max() ?? 0, (2 << 40) + root >> 29 + truncation)
  }

  /// Rows of every width, with shifts where `left` says so, and constants that fit.
  private static func randomRow(
    _ random: inout SplitMix64,
    isShifted: Bool
  ) -> (x: [Int32], left: [UInt8]?, constants: Constants) {
    let columns = [1, 2, 15, 16, 17, 50, 192, 197, 768].randomElement(using: &random) ?? 1
    let bits = Int.random(in: 1...(isShifted ? 16 : 30), using: &random)
    let center = Int32.random(in: -(1 << Int32(bits - 1))...(1 << Int32(bits - 1)), using: &random)
    let spread = Int32(1) << Int32.random(in: 0...Int32(bits - 1), using: &random)
    let x = (0..<columns).map { _ in
      (center + Int32.random(in: -spread...spread, using: &random)) / 2
    }
    let left =
      isShifted ? (0..<columns).map { _ in UInt8.random(in: 0...9, using: &random) } : nil
    let roots = min(31, 62 - 10 - bits - (isShifted ? 9 : 0))
    let constants = Constants(
      isCentered: Bool.random(using: &random),
      epsilon: 1 << UInt128.random(in: 32...100, using: &random),
      scaleBits: 2 * Int.random(in: 0...11, using: &random),
      rootBits: Bool.random(using: &random) ? roots : Int.random(in: 5...roots, using: &random),
      fractionBits: Int.random(in: 0...24, using: &random)
    )
    return (x, left, constants)
  }

  @Test(
    "the fixed-point form is as near to exact arithmetic as (21) says",
    arguments: InstructionSet.supported,
    [1, 2, 3, 4] as [UInt64]
  )
  func bound(_ instructionSet: InstructionSet, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for trial in 0..<200 {
      let (x, left, constants) = Self.randomRow(&random, isShifted: trial % 2 == 1)
      let found = Self.normalize(x, left: left, constants, instructionSet)
      let wide = x.indices.map { BigInt(x[$0]) << Int(left?[$0] ?? 0) }
      let (largest, bound) = Self.error(found, wide, constants)
      #expect(largest <= bound, "\(constants), \(x.count) columns, trial \(trial)")
    }
  }

  @Test("fewer bits of the root are worse than the bound for all of them")
  func fewRootBits() {
    var random = SplitMix64(seed: 5)
    let x = (0..<192).map { _ in Int32.random(in: -9000...9000, using: &random) }
    var constants = Constants(
      isCentered: true,
      epsilon: 1 << 40,
      scaleBits: 10,
      rootBits: 8,
      fractionBits: 20
    )
    let found = Self.normalize(x, constants, .scalar)
    constants.rootBits = 31
    let (largest, bound) = Self.error(found, x.map { BigInt($0) }, constants)
    #expect(largest > bound)
  }

  @Test(
    "rows on both sides of the way for small numbers are as near to exact arithmetic",
    arguments: InstructionSet.supported
  )
  func borderOfSmallRows(_ instructionSet: InstructionSet) {
    for columns in [1, 16, 50, 768] {
      let border = Int32(((1 << 30) - 1) / columns)
      for magnitude in [border - 1, border, border + 1, 2 * (border / 2) + 2] {
        // Alternating rows have the largest deviations, and their last half is small.
        let x = (0..<columns).map { index in
          index % 2 == 0 ? magnitude : index < columns / 2 ? -magnitude : 1
        }
        for isCentered in [false, true] {
          let constants = Constants(
            isCentered: isCentered,
            epsilon: 1 << 40,
            scaleBits: 2,
            rootBits: 31,
            fractionBits: 14
          )
          let found = Self.normalize(x, constants, instructionSet)
          let (largest, bound) = Self.error(found, x.map { BigInt($0) }, constants)
          #expect(largest <= bound, "\(columns) columns of ±\(magnitude)")
          let halved = Self.normalize(
            x.map { $0 / 2 },
            left: [UInt8](repeating: 1, count: columns),
            constants,
            instructionSet
          )
          let even = x.map { BigInt($0 / 2) << 1 }
          let (largestHalved, boundHalved) = Self.error(halved, even, constants)
          #expect(largestHalved <= boundHalved, "\(columns) columns of ±\(magnitude), shifted")
        }
      }
    }
  }

  @Test("a constant row has no deviation, with and without epsilon", arguments: [0, 1 << 40])
  func constantRows(epsilon: UInt128) {
    for instructionSet in InstructionSet.supported {
      for value in [-30_000, 0, 7, 1 << 24] as [Int32] {
        let constants = Constants(
          isCentered: true,
          epsilon: epsilon,
          scaleBits: 16,
          rootBits: 20,
          fractionBits: 12
        )
        let row = [Int32](repeating: value, count: 50)
        let found = Self.normalize(row, constants, instructionSet)
        #expect(found.allSatisfy { $0 == 0 })
      }
    }
  }

  @Test("a row of zeros stays zero without a mean and without epsilon")
  func zeros() {
    for instructionSet in InstructionSet.supported {
      let constants = Constants(
        isCentered: false,
        epsilon: 0,
        scaleBits: 0,
        rootBits: 31,
        fractionBits: 12
      )
      let row = [Int32](repeating: 0, count: 17)
      #expect(Self.normalize(row, constants, instructionSet) == row)
    }
  }

  @Test("without a mean a constant row is 1", arguments: InstructionSet.supported)
  func constantRootMeanSquare(_ instructionSet: InstructionSet) {
    let constants = Constants(
      isCentered: false,
      epsilon: 0,
      scaleBits: 32,
      rootBits: 31,
      fractionBits: 16
    )
    // d = 4x and √W = 4|x| are powers of two, so nothing is lost.
    for sign in [1, -1] as [Int32] {
      let row = [Int32](repeating: sign * 32, count: 4)
      let ones = [Int32](repeating: sign << 16, count: 4)
      #expect(Self.normalize(row, constants, instructionSet) == ones)
    }
  }

  @Test("where epsilon dominates, everything is next to 0", arguments: InstructionSet.supported)
  func epsilonDominates(_ instructionSet: InstructionSet) {
    let constants = Constants(
      isCentered: true,
      epsilon: 1 << 124,
      scaleBits: 0,
      rootBits: 31,
      fractionBits: 12
    )
    let x = (0..<50).map { Int32($0 * 3 - 75) }
    let found = Self.normalize(x, constants, instructionSet)
    // The shift is by more than 63: the floor of a small number.
    #expect(found.allSatisfy { $0 == 0 || $0 == -1 })
    #expect(found.first == -1 && found.last == 0)
  }

  @Test("a left shift is that of the number", arguments: InstructionSet.supported)
  func leftShifts(_ instructionSet: InstructionSet) {
    var random = SplitMix64(seed: 6)
    let x = (0..<197).map { _ in Int32.random(in: -500...500, using: &random) }
    let left = (0..<197).map { _ in UInt8.random(in: 0...10, using: &random) }
    let constants = Constants(
      isCentered: true,
      epsilon: 1 << 50,
      scaleBits: 8,
      rootBits: 30,
      fractionBits: 14
    )
    let shifted = zip(x, left).map { $0 << Int32($1) }
    let expected = Self.normalize(shifted, constants, instructionSet)
    #expect(Self.normalize(x, left: left, constants, instructionSet) == expected)
    var other = left
    other[100] += 1
    #expect(Self.normalize(x, left: other, constants, instructionSet) != expected)
  }

  @Test(
    "the root is exact beside squares and at both ends of its range",
    arguments: InstructionSet.supported
  )
  func roots(_ instructionSet: InstructionSet) {
    var random = SplitMix64(seed: 9)
    var targets: [UInt64] = (0..<6).flatMap { [1 << 62 + $0, .max - $0] }
    for _ in 0..<300 {
      let root = UInt64.random(in: 1 << 31..<1 << 32, using: &random)
      targets += [root * root, root * root - 1, root * root + 1]
    }
    for i in 4...15 as ClosedRange<UInt64> { targets += [i << 60, i << 60 + 1] }
    for w in targets where w >= 1 << 62 {
      for factor in [4, 5, 7] as [Int32] {
        // W = x² + ε = w, d = x and t = 0.
        let x = factor << 18
        let constants = Constants(
          isCentered: false,
          epsilon: UInt128(w) - UInt128(x) * UInt128(x),
          scaleBits: 0,
          rootBits: 31,
          fractionBits: 40
        )
        let root = BigUInt(w).squareRoot()
        let expected = Int32((Int(BigUInt(1) << 62 / root) * Int(x)) >> 22)
        #expect(Self.normalize([x], constants, instructionSet) == [expected], "w = \(w)")
      }
    }
  }
}
