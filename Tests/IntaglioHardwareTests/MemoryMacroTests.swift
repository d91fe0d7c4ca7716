import BigInt
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Memories stay memories among standard cells")
struct MemoryMacroTests {
  /// Reads and writes at random places, from contents that are loaded where `isLoaded`.
  private static func subject(words: Int, isLoaded: Bool) throws -> PowerSubject {
    var generator = SplitMix64(seed: UInt64(words))
    let contents = (0..<words).map { _ in BigUInt(Int.random(in: 0..<32, using: &generator)) }
    let image = Verilog.MemoryImage("words.hex", bits: 5, words: contents)
    let module = try Memory(
      "memory_of_\(words)",
      bits: 5,
      depth: words,
      file: isLoaded ? image.name : nil
    ).module()
    var held: [BigUInt?] = isLoaded ? contents : Array(repeating: nil, count: words)
    var shown: BigUInt?
    let cycles = (0..<200).map { _ in
      let (read, write) = (
        Int.random(in: 0..<words, using: &generator), Int.random(in: 0..<words, using: &generator)
      )
      let (word, writes) = (
        Int.random(in: 0..<32, using: &generator), Bool.random(using: &generator)
      )
      let cycle = Trace.Cycle(
        inputs: [1, BigUInt(read), writes ? 1 : 0, BigUInt(write), BigUInt(word)],
        outputs: [[shown]]
      )
      shown = held[read]
      if writes { held[write] = BigUInt(word) }
      return cycle
    }
    return PowerSubject(
      kind: .softmax,
      operands: "noise",
      trace: Trace(module, lanes: [1], cycles: cycles),
      firstCycle: 2,
      images: isLoaded ? [image] : []
    )
  }

  @Test(
    "from 32 words on one is kept, with what it holds; below it is flip-flops",
    .needsCells,
    arguments: zip([31, 32, 40, 33], [false, false, true, true])
  )
  func words(_ count: Int, isLoaded: Bool) throws {
    let folder = try TemporaryFolder()
    let subject = try Self.subject(words: count, isLoaded: isLoaded)
    // The netlist is compared with the trace before it gets a figure.
    let row = try #require(
      try PowerMeter().measure(subject, [.cellDelays], in: folder.path).first
    )
    #expect(row.memoryBits == (count < 32 ? 0 : count * 5))
    #expect(count < 32 ? row.cells > 31 * 5 : row.cells < 31)
  }

  @Test("a memory with a reset, which nothing here has, is refused")
  func reset() {
    let json = """
      {"modules": {"unit": {"ports": {}, "cells": {"m": {
        "type": "memory_macro",
        "parameters": {
          "SIZE": "100000", "WIDTH": "1", "RD_PORTS": "1", "WR_PORTS": "0",
          "RD_CLK_ENABLE": "1", "RD_CLK_POLARITY": "EDGE"
        },
        "connections": {"RD_CLK": [2], "RD_EN": ["1"], "RD_ARST": ["0"], "RD_SRST": [RESET],
          "RD_ADDR": [3, 4, 5, 6, 7], "RD_DATA": [8]}
      }}}}}
      """
    func netlist(reset: String, polarity: String) throws -> Netlist {
      let text = json.replacing("RESET", with: reset).replacing("EDGE", with: polarity)
      return try Netlist(json: Array(text.utf8), top: "unit")
    }
    let fault = SynthesisError.netlist("unit", "a memory with resets or falling clocks")
    #expect(throws: fault) { try netlist(reset: "9", polarity: "1") }
    #expect(throws: fault) { try netlist(reset: "\"0\"", polarity: "0") }
    #expect(throws: Never.self) { try netlist(reset: "\"0\"", polarity: "1") }
  }
}
