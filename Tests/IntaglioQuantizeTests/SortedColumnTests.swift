import IntaglioNumerics
import Testing

import IntaglioQuantize

@Suite("SortedColumn: sums between borders, and the errors made of them")
struct SortedColumnTests {
  /// Numbers of which some are equal, some lie on borders.
  private func values(_ random: inout SplitMix64, _ count: Int) -> [Float] {
    (0..<count).map { _ in
      random.next() % 3 == 0 ? (random.unit() * 8).rounded() / 2 : random.unit() * 4
    }
  }

  @Test("cells are direct sums", arguments: 1...40 as ClosedRange<UInt64>)
  func cells(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let values = values(&random, Int(random.next() % 40))
    let borders = (0..<Int(random.next() % 6)).map { _ in (random.unit() * 10).rounded() / 2 }
      .sorted()
    let cells = SortedColumn(values).cells(between: borders)
    #expect(cells.count == borders.count + 1)
    for (index, cell) in cells.enumerated() {
      let inside = values.filter {
        (index == 0 || $0 >= borders[index - 1]) && (index == borders.count || $0 < borders[index])
      }.map(Double.init)
      #expect(cell.count == Double(inside.count))
      #expect(abs(cell.sum - inside.reduce(0, +)) < 1e-11)
      #expect(abs(cell.square - inside.reduce(0) { $0 + $1 * $1 }) < 1e-11)
    }
  }

  @Test(
    "the error of a quantizer is that of rounding every value",
    arguments: 1...40 as ClosedRange<UInt64>
  )
  func errors(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let bits = 2 + Int(random.next() % 4)
    let levels = random.next() % 2 == 0 ? CodeLevels(bits: bits, step: 1 << (seed % 3)) : nil
    let channels = (0..<5).map { _ in values(&random, 30) }
    let importance = (0..<5).map { _ in random.unit() + 1.5 }
    let scales = (0..<5).map { _ in 0.3 + random.unit() / 4 }
    let zeros = (0..<5).map { _ in Int(random.next() % 7) }
    var quantizer = ChannelQuantizer(
      bits: bits,
      scales: scales,
      lows: (0..<5).map { -scales[$0] * Float(zeros[$0]) },
      zeros: zeros
    )
    quantizer.levels = levels
    quantizer.outliers = [3]
    // The nearest even code, then the level nearest to that.
    func number(_ value: Float, _ channel: Int) -> Double {
      let even = (Double(value) / Double(scales[channel])).rounded(.toNearestOrEven)
      let range = (levels?.type ?? .u(bits)).range
      let code = min(range.upperBound, max(0, Int(even) + zeros[channel]))
      let level = levels.map { $0.levels[$0.codes[code]] } ?? code
      return Double(scales[channel]) * Double(level) + Double(quantizer.lows[channel])
    }
    var expected = 0.0
    for channel in [0, 1, 2, 4] {
      for value in channels[channel] {
        let error = Double(value) - number(value, channel)
        expected += Double(importance[channel]) * error * error
      }
    }
    let search = ChannelSearch(bits: bits, needsZeros: true, canSplit: true, levels: levels)
    let found = search.error(
      of: quantizer,
      on: channels.map(SortedColumn.init),
      importance: importance
    )
    // Lows are floats, of 24 bits.
    #expect(abs(found - expected) <= 1e-5 * max(1, expected))
  }
}
