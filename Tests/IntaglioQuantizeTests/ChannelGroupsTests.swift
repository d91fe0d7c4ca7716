import IntaglioNumerics
import IntaglioQuantize
import Testing

@Suite("ChannelGroups and CodeLevels")
struct ChannelGroupsTests {
  private func noise(_ groups: [[Int]], _ ranges: [(low: Float, high: Float)]) -> Double {
    groups.reduce(0) { sum, group in
      let widest = group.map { Double(ranges[$0].high) - Double(ranges[$0].low) }.max() ?? 0
      return sum + Double(group.count) * widest * widest
    }
  }

  /// The least noise of every way to put channels into groups.
  private func bruteForce(_ ranges: [(low: Float, high: Float)], most: Int) -> Double {
    var best = Double.infinity
    func place(_ channel: Int, _ groups: [[Int]]) {
      guard channel < ranges.count else {
        best = min(best, noise(groups, ranges))
        return
      }
      for index in groups.indices {
        var more = groups
        more[index].append(channel)
        place(channel + 1, more)
      }
      if groups.count < most { place(channel + 1, groups + [[channel]]) }
    }
    place(0, [])
    return best
  }

  @Test("no other groups have less noise", arguments: 1...30 as ClosedRange<UInt64>)
  func best(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let ranges = (0..<7).map { _ in
      (
        low: Float.random(in: -1...0, using: &generator),
        high: Float.random(in: 0...9, using: &generator)
      )
    }
    for most in 1...4 {
      let groups = ChannelGroups(most: most).groups(ranges)
      #expect(groups.count <= most)
      #expect(groups.flatMap { $0 }.sorted() == Array(0..<7))
      #expect(groups.allSatisfy { $0 == $0.sorted() })
      let least = bruteForce(ranges, most: most)
      #expect(abs(noise(groups, ranges) - least) <= least * 1e-12)
    }
  }

  @Test("no channels make no groups, equal ones fit in one")
  func edges() {
    #expect(ChannelGroups(most: 3).groups([]) == [])
    let equal = ChannelGroups(most: 1).groups([(low: 0, high: 1), (low: 0, high: 1)])
    #expect(equal == [[0, 1]])
  }

  @Test("the upper half of uneven levels lies wider apart, and every number has the nearest code")
  func levels() {
    let levels = CodeLevels(bits: 4, step: 4)
    #expect(levels.levels == [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 28, 32, 36])
    #expect(levels.type == .u(6) && levels.codeType == .u(4))
    #expect(levels.codes.count == 64)
    for (number, code) in levels.codes.enumerated() {
      let distance = abs(levels.levels[code] - number)
      #expect(levels.levels.allSatisfy { abs($0 - number) >= distance })
    }
    for bits in 2...5 {
      for step in [1, 2, 4] {
        let levels = CodeLevels(bits: bits, step: step)
        #expect(levels.levels.count == 1 << bits && levels.type.bits <= 8)
        #expect(levels.levels.allSatisfy(levels.type.range.contains))
      }
    }
  }
}
