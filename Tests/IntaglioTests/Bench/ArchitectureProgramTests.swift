import Intaglio
import IntaglioGraph
import IntaglioImport
import IntaglioRewrite
import Testing

@Suite("Programs of architectures")
struct ArchitectureProgramTests {
  /// Rounded to 0.01 G: timm's table of models, with the products of the attention.
  @Test(
    "multiply-accumulates are the published ones",
    arguments: [("deit-t", 1.26), ("deit-s", 4.61), ("deit-b", 17.58)]
  )
  func macs(name: String, published: Double) throws {
    let architecture = try ViTArchitecture(named: name, bits: 4)
    let macs = Double(Coverage(try Model(architecture).graph).macs) * 1e-9
    #expect(abs(macs - published) < 0.02, "\(macs) G")
  }

  @Test("no quantizer is constant or mostly clipped, to the last block", arguments: 2...8)
  func spread(bits: Int) throws {
    let architecture = try ViTArchitecture(named: "deit-t", bits: bits)
    let spreads = try CodeSpread.measure(architecture, seed: UInt64(bits))
    #expect(spreads.count == 12 * 8 + 2)
    for spread in spreads {
      let range = spread.type.range
      #expect(spread.commonest < 0.75, "\(spread.name): \(spread.counts)")
      #expect(spread.clipped < 0.5, "\(spread.name): \(spread.counts)")
      // Of 8 bits the tails of one token's codes are too rare to ask for.
      if spread.type.bits <= 5 { #expect(spread.used == range.count, "\(spread.name)") }
      #expect(spread.used * 3 > range.count, "\(spread.name): \(spread.used) of \(range.count)")
    }
  }

  @Test("every multiplication is on integers of the asked width", arguments: [2, 3, 4, 8])
  func widths(bits: Int) throws {
    let architecture = try ViTArchitecture(named: "deit-t", bits: bits, imageSize: 64, depth: 2)
    let program = try Program(architecture, ProgramOptions())
    #expect(program.integerOnly == nil && program.proof != nil)
    #expect(program.coverage.entries.count == 2 * 6 + 2)
    for entry in program.coverage.entries {
      #expect(entry.status == .exact)
      let expected = entry.node == "head" || entry.node == "patch_embed.proj" ? 8 : bits
      #expect(entry.left?.bits == expected && entry.right?.bits == expected, "\(entry.node)")
    }
  }

  @Test("nothing but integers: 16-bit streams, chosen on random images", arguments: [2, 4, 8])
  func integersOnly(bits: Int) throws {
    let architecture = try ViTArchitecture(named: "deit-t", bits: bits, imageSize: 64, depth: 2)
    let options = ProgramOptions(nonlinear: .integer(IntegerOnlyOptions()))
    let program = try Program(architecture, options)
    let integers = try #require(program.integerOnly)
    #expect(integers.calibrationCount > 0)
    #expect(!integers.streams.isEmpty && integers.streams.allSatisfy { $0.format.type.bits == 16 })
    #expect(integers.softmaxErrors.contains { $0.exponential == integers.exponential })
    let engine = try Engine(program.model.program, arithmetic: .integer, threads: 1)
    let images = RandomImages.draw(4, size: architecture.inputCount, seed: 5)
    let logits = try engine.logits(images, count: 4)
    #expect(Set(logits).count > 1000)
    #expect(engine.saturations.allSatisfy { $0.count == 0 }, "\(engine.saturations)")
  }
}
