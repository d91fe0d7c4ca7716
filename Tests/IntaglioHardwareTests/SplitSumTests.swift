import BigInt
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("A sum in two parts is the sum")
struct SplitSumTests {
  /// Codes at both ends of their ranges, so that the upper part moves both ways, and wide enough sums.
  private static func stream(
    _ row: IntegerType,
    _ column: IntegerType,
    seed: UInt64
  ) -> OperandStream {
    var generator = SplitMix64(seed: seed)
    let tiles = (0..<12).map { tile in
      func codes(_ type: IntegerType) -> [Int] {
        (0..<40).map { _ in
          switch tile % 3 {
          case 0: Int.random(in: type.range, using: &generator)
          case 1: Bool.random(using: &generator) ? type.range.lowerBound : type.range.upperBound
          default: tile % 2 == 0 ? type.range.lowerBound : type.range.upperBound
          }
        }
      }
      return OperandStream.Tile(rows: codes(row), columns: codes(column))
    }
    let bits = row.bits + column.bits + 6
    return OperandStream(
      "ends",
      row: row,
      column: column,
      accumulator: row.isSigned || column.isSigned ? .i(bits) : .u(bits),
      tiles: tiles
    )
  }

  @Test(
    "elements of every kind of operand show every sum",
    .needsTools,
    arguments: [UInt64(1), 2, 3]
  )
  func elements(seed: UInt64) throws {
    let types: [(IntegerType, IntegerType)] = [
      (.i(3), .i(3)), (.u(3), .i(3)), (.i(2), .u(4)), (.u(2), .u(2)), (.i(8), .i(8)),
    ]
    let traces = try types.map {
      try PowerSubject.outputStationary(Self.stream($0, $1, seed: seed)).trace
    }
    try Play(traces: traces).expectAgreement(in: .icarus)
  }
}
