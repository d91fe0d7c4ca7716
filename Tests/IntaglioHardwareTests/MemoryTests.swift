import BigInt
import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("Memories and tables give what they hold")
struct MemoryTests {
  /// A lookup of random codes.
  private static func lookup(_ code: IntegerType, _ index: IntegerType, seed: UInt64) -> LookupUnit
  {
    var generator = SplitMix64(seed: seed)
    let entries = index.range.map { _ in Int.random(in: code.range, using: &generator) }
    return LookupUnit(
      "lookup_\(index)_\(code)",
      LookupFunction(code, index: index, entries: entries)
    )
  }

  private static let units = [
    lookup(.i(3), .i(6), seed: 1), lookup(.u(8), .u(5), seed: 2), lookup(.i(8), .i(2), seed: 3),
  ]

  private static func trace(_ unit: LookupUnit) throws -> Trace {
    let (index, code) = (unit.lookup.index, unit.lookup.type)
    return Trace(
      pipeline: try unit.module(),
      latency: LookupUnit.latency,
      operands: index.range.map { [pattern($0, .init(index))] },
      results: index.range.map { pattern(unit.lookup($0), .init(code)) }
    )
  }

  static func play() throws -> Play {
    Play(
      traces: try units.map { try trace($0).stalled(perThousand: 200, seed: 1) },
      images: units.map(\.image)
    )
  }

  @Test("every index of every table", .needsTools)
  func lookups() throws { try Self.play().expectAgreement(in: .icarus) }

  @Test("an entry that is changed is caught", .needsTools, arguments: [0, 31, 63])
  func mutants(_ address: Int) throws {
    let unit = Self.units[0]
    var words = unit.image.words
    words[address] ^= 1
    let image = Verilog.MemoryImage(unit.image.name, bits: unit.image.bits, words: words)
    #expect(try mismatches(Self.trace(unit), images: [image]) == 1)
  }

  @Test("a memory reads its image, what was written, and the old word beside a write", .needsTools)
  func memory() throws {
    let image = Verilog.MemoryImage("words.hex", bits: 10, words: [7, 1023, 0, 512, 5])
    let memory = Memory("five_words", image: image)
    // Address, whether something is written, where, what; and the word read.
    let steps: [([BigUInt], BigUInt?)] = [
      ([0, 0, 0, 0], nil), ([1, 1, 0, 33], 7), ([0, 0, 0, 0], 1023), ([4, 1, 4, 900], 33),
      ([4, 0, 1, 1], 5), ([1, 0, 0, 0], 900), ([3, 0, 0, 0], 1023), ([3, 0, 0, 0], 512),
    ]
    let trace = Trace(
      try memory.module(),
      lanes: [1],
      cycles: steps.map { Trace.Cycle(inputs: [1] + $0.0, outputs: [[$0.1]]) }
    )
    #expect(try mismatches(trace.stalled(perThousand: 300, seed: 2), images: [image]) == 0)
  }

  @Test("no tool complains", .needsTools, arguments: Tool.allCases)
  func lint(_ tool: Tool) throws {
    let image = Verilog.MemoryImage("words.hex", bits: 10, words: [7, 1023, 0, 512, 5])
    try expectNoComplaint(
      [
        try Memory("five_words", image: image).module(),
        try Memory("bare", bits: 3, depth: 8).module(),
      ]
        + Self.units.map { try $0.module() },
      images: [image] + Self.units.map(\.image),
      tool
    )
  }

  @Test("words of an image have equal lengths")
  func image() {
    #expect(Verilog.MemoryImage("x", bits: 9, words: [0, 511, 16]).text == "000\n1ff\n010\n")
  }
}
