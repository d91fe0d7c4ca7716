import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Energies of active cycles are those of a table of power")
struct UnitEnergiesTests {
  private static func table() throws -> PowerTable {
    let subject = try PowerSubject.outputStationary(
      RandomStream(seed: 9).stream(.u(2), .i(2), slices: 6, tiles: 8)
    )
    let folder = try TemporaryFolder()
    return PowerTable(processingElements: try PowerMeter().measure(subject, in: folder.path))
  }

  @Test("power by clock, of the rows under one glitch model", .needsCells)
  func elements() throws {
    let table = try Self.table()
    for model in GlitchModel.allCases {
      let row = try #require(table.processingElements.first { $0.glitchModel == model })
      let energies = UnitEnergies(table, glitchModel: model, clockGating: .ungated)
      try #require(energies.elements.count == 1)
      let element = try #require(energies.element(weightBits: 2, activationBits: 2))
      // 100 MHz: 100 µW are a picojoule a cycle.
      #expect(abs(element.picojoules - row.microwatts / 100) < 1e-9)
      #expect(element.area == row.area && element.kind == .outputStationary)
      #expect(energies.element(weightBits: 3, activationBits: 2) == nil)
      #expect(energies.thresholds == nil && energies.multiplication == nil)
      #expect(energies.norm == nil && energies.softmax == nil)
      #expect(energies.quotient == nil && energies.rowThresholds == nil)
    }
  }
}
