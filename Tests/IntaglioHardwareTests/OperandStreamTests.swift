import BigInt
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
import Testing

@Suite("Streams keep what their operands are")
struct OperandStreamTests {
  @Test("the highest bits of a code are the code divided and rounded down")
  func narrowed() {
    let stream = OperandStream(
      "codes",
      row: .i8,
      column: .u(6),
      accumulator: .i(16),
      tiles: [
        OperandStream.Tile(rows: [-128, 127, -1], columns: [63, 0, 4]),
        OperandStream.Tile(rows: [17, -17], columns: [60, 3]),
      ]
    )
    let narrow = stream.narrowed(to: 4)
    #expect(narrow.row == .i(4) && narrow.column == .u(4))
    #expect(narrow.tiles[0].rows == [-8, 7, -1] && narrow.tiles[0].columns == [15, 0, 1])
    #expect(narrow.tiles[1].rows == [1, -2] && narrow.tiles[1].columns == [15, 0])
    #expect(narrow.tiles[0].sum == -121 && narrow.count == 5)
    // Three products of at most 8 · 15.
    #expect(narrow.accumulator == .i(10))
    #expect(narrow.name == "codes, highest 4 bits")
  }

  @Test("scales and floats of a stream are in the expected sums of its subjects")
  func subjects() throws {
    let stream = OperandStream(
      "codes",
      row: .i(3),
      column: .i(3),
      accumulator: .i(9),
      tiles: [OperandStream.Tile(rows: [3, -4], columns: [2, 1])]
    )
    let plain = try PowerSubject.outputStationary(stream)
    let scaled = try PowerSubject.dequantizeFirst(stream, rowScale: 10, columnScale: 7)
    let single = FloatMultiplyAdd(operand: .fp32, sum: .fp32)
    let real = try PowerSubject.floating(.fp32, single, stream, rowScale: 0.5, columnScale: 0.25)
    func sums(_ subject: PowerSubject) -> [Int] {
      zip(subject.trace.cycles, subject.trace.cycles.dropFirst()).compactMap { cycle, next in
        cycle.outputs[4][0] == 1 ? next.outputs[5][0].map { Int($0) } : nil
      }
    }
    #expect(sums(plain) == [2] && sums(scaled) == [140])
    #expect(sums(real) == [Int(Float(0.25).bitPattern)])
    #expect(real.weightBits == 32 && scaled.activationBits == 3)
  }
}
