import BigInt
import IntaglioNumerics
import Testing

@Suite("FixedPointRoot")
struct FixedPointRootTests {
  /// Whether |ŷ·2^F − y| ≤ `bound`, ŷ = d/√W, without a root: (y ± bound)·√W against d·2^F by squares.
  private func isWithin(
    _ bound: Int,
    of y: Int,
    _ deviation: Int,
    energy: Rational,
    _ fractionBits: Int
  ) -> Bool {
    let exact = Rational(BigInt(deviation) << fractionBits)
    // sign(a·√W − d·2^F)
    func side(_ a: Int) -> Int {
      let left = Rational(a)
      guard left.signum == exact.signum, left.signum != 0 else {
        return (left - exact).signum
      }
      return ((left * left * energy) - exact * exact).signum * left.signum
    }
    return side(y + bound) >= 0 && side(y - bound) <= 0
  }

  /// Rows that a norm may meet: random ones of every size, constant, one outlier, both ends.
  private func rows(_ random: inout SplitMix64, count: Int, bound: Int) -> [[Int]] {
    let small = max(1, bound >> 9)
    var rows = [
      (0..<count).map { _ in Int.random(in: -bound...bound, using: &random) },
      (0..<count).map { _ in Int.random(in: -small...small, using: &random) },
      Array(repeating: bound, count: count), Array(repeating: 0, count: count),
      (0..<count).map { $0 % 2 == 0 ? bound : -bound },
    ]
    for outlier in [-bound, bound, 1] {
      var row = Array(repeating: outlier == 1 ? 0 : -outlier, count: count)
      row[count / 2] = outlier
      rows.append(row)
    }
    return rows
  }

  @Test("y is within (21) of ŷ, for LayerNorm and RMSNorm", arguments: 0..<64 as Range<UInt64>)
  func bound(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let count = [1, 2, 3, 32, 192, 197, 768].randomElement(using: &random) ?? 1
    let bound = 1 << Int.random(in: 0...30, using: &random)
    let epsilon = Rational(
      Int.random(in: 1...1 << 40, using: &random),
      over: 1 << Int.random(in: 0...60, using: &random)
    )
    guard let root = FixedPointRoot(count: count, bound: bound, epsilon: epsilon) else { return }
    #expect(root.fits(count: count, bound: bound))
    for row in rows(&random, count: count, bound: bound) {
      for isCentered in [false, true] {
        let normalized = NormalizedRow(row, isCentered: isCentered)
        let energy = normalized.energy(withEpsilon: epsilon)
        for (y, deviation) in zip(root(normalized), normalized.deviations) {
          #expect(
            isWithin(root.bound(count: count), of: y, deviation, energy: energy, root.fractionBits),
            "\(root), \(deviation)/√\(energy), y = \(y)"
          )
        }
      }
    }
  }

  @Test("the bound is not far beyond what happens")
  func tightness() throws {
    var random = SplitMix64(seed: 7)
    let root = try #require(FixedPointRoot(count: 192, bound: 1 << 15, epsilon: 1))
    #expect(root.rootBits == 31)
    var needed = 0
    for _ in 0..<64 {
      let row = (0..<192).map { _ in Int.random(in: -1 << 15...1 << 15, using: &random) }
      let normalized = NormalizedRow(row, isCentered: true)
      let energy = normalized.energy(withEpsilon: 1)
      for (y, deviation) in zip(root(normalized), normalized.deviations) {
        while !isWithin(needed, of: y, deviation, energy: energy, root.fractionBits) { needed += 1 }
      }
    }
    #expect(needed > 0 && root.bound(count: 192) <= 4 * needed, "needed \(needed)")
  }

  @Test("a constant row is all zeros, whatever its unit")
  func constantRow() throws {
    let root = try #require(FixedPointRoot(count: 8, bound: 100, epsilon: Rational(1, over: 9)))
    let row = NormalizedRow(Array(repeating: -77, count: 8), isCentered: true)
    #expect(root(row) == Array(repeating: 0, count: 8))
  }

  @Test("rows that leave the widths are refused")
  func refusals() {
    #expect(FixedPointRoot(count: 0, bound: 1, epsilon: 1) == nil)
    #expect(FixedPointRoot(count: 1 << 20, bound: 1, epsilon: 1) == nil)
    #expect(FixedPointRoot(count: 8, bound: 1 << 40, epsilon: 1) == nil)
    #expect(FixedPointRoot(count: 8, bound: 8, epsilon: 0) == nil)
    #expect(FixedPointRoot(count: 8, bound: 8, epsilon: -1) == nil)
    // W·2^K beyond 126 bits: N·x has 47 bits, or ε so small that K is large.
    #expect(FixedPointRoot(count: 1 << 10, bound: 1 << 37, epsilon: 1) == nil)
    let tiny = Rational(1, over: BigInt(1) << 100)
    #expect(FixedPointRoot(count: 8, bound: 1 << 20, epsilon: tiny) == nil)
    let huge = Rational(BigInt(1) << 130)
    #expect(FixedPointRoot(count: 8, bound: 8, epsilon: huge) == nil)
  }

  @Test("stated widths are taken in their ranges only")
  func stated() throws {
    func root(_ fraction: Int, _ bits: Int, _ scale: Int, _ epsilon: UInt128) -> FixedPointRoot? {
      FixedPointRoot(stated: fraction, rootBits: bits, scaleBits: scale, epsilon: epsilon)
    }
    let limit: UInt128 = 1 << 126
    for (fraction, bits, scale, epsilon) in [
      (1, 8, 0, 1), (30, 31, 128, limit - 1),
    ] as [(Int, Int, Int, UInt128)] {
      #expect(root(fraction, bits, scale, epsilon) != nil)
    }
    for (fraction, bits, scale, epsilon) in [
      (0, 8, 0, 1), (31, 8, 0, 1), (1, 7, 0, 1), (1, 32, 0, 1), (1, 8, -2, 1), (1, 8, 130, 1),
      (1, 8, 1, 1), (1, 8, 0, 0), (1, 8, 0, limit),
    ] as [(Int, Int, Int, UInt128)] {
      #expect(root(fraction, bits, scale, epsilon) == nil)
    }
  }

  @Test(
    "rows beyond stated widths give some number, never a trap",
    arguments: 0..<64 as Range<UInt64>
  )
  func neverTraps(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let root = try #require(
      FixedPointRoot(
        stated: Int.random(in: 1...30, using: &random),
        rootBits: Int.random(in: 8...31, using: &random),
        scaleBits: 2 * Int.random(in: 0...64, using: &random),
        epsilon: .random(in: 1..<1 << 126, using: &random)
      )
    )
    let bound = 1 << Int.random(in: 0..<40, using: &random)
    for row in rows(&random, count: 1 << Int.random(in: 0...10, using: &random), bound: bound) {
      #expect(root(NormalizedRow(row, isCentered: true)).count == row.count)
    }
  }
}
