import Intaglio
import IntaglioData
import IntaglioHardware
import IntaglioReports
import Testing

@Suite("HardwareStudy")
struct HardwareStudyTests {
  @Test("of hardware: text, JSON and page have the same cycles")
  func hardware() throws {
    let dimensions = ArchitectureDimensions(imageSize: 32, depth: 1, width: 64)
    let program = try ModelSource("deit-t:3", dimensions: dimensions).open()
      .program(ProgramOptions(.integerOnly))
    let module = try HardwareModule(
      program,
      part: .mlp(0),
      tile: 8,
      options: MachineOptions(rowLanes: .automatic, drainLanes: .automatic)
    )
    let built = HardwareModuleReport(
      module,
      as: module.design,
      of: .init(name: "small", sha256: SHA256Digest(of: "small")),
      others: [],
      folder: nil
    )
    #expect(built.text.contains("cycles    \(built.cycles),") && built.folder == nil)
    let costs = try HardwareCosts(program, part: .mlp(0), tiles: [8, 16])
    let design = HardwareStudy.Design(
      model: "small",
      HardwareSurvey(parts: [costs], missing: [.init(part: .network, reason: "it is large")]),
      clock: 100e6,
      bandwidth: 8,
      units: nil
    )
    let study = HardwareStudy(clock: 100, bandwidth: 8, designs: [design], power: nil)
    let cycles = design.parts[0].cycles
    #expect(cycles == built.cycles)
    for text in [study.text, study.page, try study.json] {
      #expect(text.contains("\(cycles)") && text.contains("it is large"))
    }
    #expect(study.page.hasPrefix("<!doctype html>") && study.page.contains("<svg"))
  }
}
