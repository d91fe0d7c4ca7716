import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import Testing

@Suite("Lookups by cells")
struct LookupSegmentsTests {
  /// Every number of 16 bits, and some beyond.
  private static let indices: [Int32] =
    [.min, .min + 1, -0x1_0000, .max - 1, .max] + Array(-0x8003...0x8003)

  private static func codes(_ cells: LookupSegments, _ instructionSet: InstructionSet) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: indices.count)
    KernelTable(limit: instructionSet).lookup.lookup(
      rows: 1,
      columns: indices.count,
      index: indices,
      stride: indices.count,
      rises: cells.rises,
      falls: cells.falls,
      cells: cells.bytes,
      out: &out,
      outStride: indices.count
    )
    return out
  }

  /// Whether there are cells, and say of every index on every instruction set what the table says.
  private static func haveCells(_ entries: [Int], first: Int) -> Bool {
    LookupSegments(first: first, entries: entries)
      .map { areEqual($0, first: first, entries) } ?? false
  }

  private static func areEqual(_ cells: LookupSegments, first: Int, _ entries: [Int]) -> Bool {
    let expected = indices.map { index in
      UInt8(truncatingIfNeeded: entries[min(max(Int(index) - first, 0), entries.count - 1)])
    }
    return InstructionSet.supported.allSatisfy { codes(cells, $0) == expected }
  }

  @Test(
    "the cells of a quantized function have its code at every index",
    arguments: [.gelu, .geluTanh, .silu, .hardSwish, .tanh, .relu] as [Function],
    [4, 8, 16]
  )
  func functions(function: Function, span: Int) throws {
    let quantizer = ScalarQuantizer(
      scale: Rational(span, over: 250),
      zeroPoint: span - 20,
      codes: -128...127
    )
    let quantization = try FunctionQuantization([function], quantizer)
    let lookup = try quantization.lookup(index: .i(16), step: Rational(span, over: 1 << 15))
    let cells = LookupSegments(first: -0x8000, entries: lookup.entries)
    let (rises, falls, bytes) = (cells?.rises ?? -1, cells?.falls ?? -1, cells?.bytes.count)
    #expect(bytes == (1 + rises + falls) * 256)
    #expect((1...3).contains(rises) && (0...8).contains(falls))
    #expect(Self.haveCells(lookup.entries, first: -0x8000))
  }

  @Test("where the last index stands for many codes its cell has too many steps")
  func saturatedEnd() throws {
    // gelu(x) goes back to 0 for all x below −1.
    let quantizer = ScalarQuantizer(scale: Rational(1, over: 250), codes: -128...127)
    let lookup = try FunctionQuantization([.gelu], quantizer)
      .lookup(index: .i(16), step: Rational(1, over: 1 << 15))
    #expect(lookup.entries[0] - lookup.entries[1] > 16)
    #expect(!Self.haveCells(lookup.entries, first: -0x8000))
    #expect(Self.haveCells(Array(lookup.entries.dropFirst()), first: -0x7FFF))
  }

  /// Entries that change now and then, by one or more, wherever: at the ends of cells too.
  private static func wanderingEntries(_ random: inout SplitMix64, count: Int) -> [Int] {
    var code = Int.random(in: -300...300, using: &random)
    return (0..<count).map { index in
      let isEnd = index & 0xFF == 0 || index & 0xFF == 0xFF
      if Int.random(in: 0..<(isEnd ? 2 : 400), using: &random) == 0 {
        code += Int.random(in: -2...2, using: &random)
      }
      return code
    }
  }

  @Test(
    "any table with few steps in each cell is met, wherever it begins and ends",
    arguments: 1...16 as ClosedRange<UInt64>
  )
  func tables(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let first = Int.random(in: -0x8000 ... -1, using: &random)
    for (first, end) in [(-0x8000, 0x8000), (first, first + 1), (first, -first), (first, 0x8000)] {
      let entries = Self.wanderingEntries(&random, count: end - first)
      #expect(Self.haveCells(entries, first: first), "\(first)..<\(end)")
    }
  }

  @Test("sixteen steps in a cell are cells, one more is not")
  func mostSteps() {
    for (rises, falls) in [(16, 0), (0, 16), (15, 1), (4, 12)] {
      let up = (0..<rises).map { 0x500 + $0 }
      // The cells that rise need not be those that fall.
      let down = (0..<falls).map { 0x900 + 2 * $0 }
      func entries(_ more: Int...) -> [Int] {
        var (code, result) = (40, [Int]())
        for index in 0..<0x8000 {
          result.append(code)
          code += up.contains(index) ? 1 : 0
          code -= down.contains(index) ? 1 : 0
          code += more.contains(index) ? 1 : 0
        }
        return result
      }
      let cells = LookupSegments(first: 0, entries: entries())
      let found = [cells?.rises, cells?.falls]
      #expect(found == [rises, falls])
      #expect(Self.haveCells(entries(), first: 0))
      // Between two cells the code may change as it likes.
      #expect(Self.haveCells(entries(0x5FF, 0x9FF), first: 0))
      #expect(!Self.haveCells(entries(rises == 0 ? 0x720 : 0x5FE), first: 0))
    }
  }

  @Test("there are no cells of a random table, of jumps, or of indices beyond 16 bits")
  func noCells() {
    var random = SplitMix64(seed: 1)
    let noise = (0..<0x1_0000).map { _ in Int.random(in: -128...127, using: &random) }
    #expect(!Self.haveCells(noise, first: -0x8000))
    #expect(Self.haveCells([0, 16], first: 0))
    #expect(!Self.haveCells([0, 17], first: 0))
    #expect(!Self.haveCells([0, -17], first: 0))
    #expect(!Self.haveCells([], first: 0))
    let flat = [Int](repeating: 3, count: 0x1_0000)
    #expect(Self.haveCells(flat, first: -0x8000))
    for first in [-0x8001, -0x7FFF, 0] { #expect(!Self.haveCells(flat, first: first)) }
  }
}
