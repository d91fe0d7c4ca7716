import IntaglioGraph
import IntaglioNumerics
import Testing

@Suite("Broadcast")
struct BroadcastTests {
  @Test("an axis along which nothing varies collapses")
  func canonical() {
    #expect(Broadcast([1, 1, 1], shape: [3]) == Broadcast(1))
    #expect(Broadcast([1, 2, 1, 2], shape: [2, 2]) == Broadcast([1, 2], shape: [2]))
    #expect(Broadcast([1, 1, 2, 2], shape: [2, 2]).shape == [2, 1])
    #expect(Broadcast([1, 2, 3], axis: 0, rank: 3).shape == [3, 1, 1])
  }

  @Test("moving a broadcast is moving every element", arguments: 0..<64 as Range<UInt64>)
  func moved(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let shape = (0..<3).map { _ in Int.random(in: 1...4, using: &random) }
    let own = shape.map { Bool.random(using: &random) ? $0 : 1 }
    let values = (0..<own.reduce(1, *)).map { _ in Int.random(in: 0...3, using: &random) }
    let broadcast = Broadcast(values, shape: own)
    let start = Int.random(in: 0..<shape[1], using: &random)
    let layouts: [Layout] = [
      .reshape([shape[0] * shape[1], shape[2]]), .reshape([shape[0], shape[1], 1, shape[2]]),
      .transpose([2, 0, 1]), .transpose([0, 2, 1]),
      .slice(axis: 1, start: start, count: shape[1] - start), .broadcast([2] + shape),
    ]
    for layout in layouts {
      let full = broadcast.expanded(over: shape)
      let expected = layout.sources(from: shape).map { full[Int($0)] }
      let result = broadcast.moved(layout, from: shape)
      #expect(result.expanded(over: layout.shape(from: shape)) == expected, "\(layout)")
    }
  }

  @Test("combining stretches both sides")
  func combined() {
    let rows = Broadcast([10, 20], shape: [2, 1])
    let columns = Broadcast([1, 2, 3], shape: [3])
    #expect(rows.combined(columns, +) == Broadcast([11, 12, 13, 21, 22, 23], shape: [2, 3]))
    #expect(Broadcast([1, 2], shape: [2]).combined(columns, +) == nil)
  }
}
