import Intaglio
import IntaglioImport
import Testing

@Suite("Architectures with random weights")
struct ArchitectureProgramTests {
  @Test("codes", arguments: [2, 3, 4, 8])
  func spread(bits: Int) throws {
    let architecture = try ViTArchitecture(named: "deit-t", bits: bits)
    for spread in try CodeSpread.measure(architecture, seed: 1) {
      print(
        bits,
        spread.name,
        spread.type,
        spread.used,
        Int(spread.commonest * 100),
        Int(spread.extremes * 100)
      )
    }
  }
}
