import IntaglioData
import IntaglioExport
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioRewrite
import IntaglioTestSupport
import Testing

/// Real models on their way to disk and back.
@Suite("Packed programs of real models", .enabled(if: SharedData.isWanted, "no shared data"))
struct PackedModelFixtureTests {
  static let models = ["qvit-fmnist-w3a3", "qvit-fmnist-w2a2", "qvit-fmnist-w3a3-perchannel"]

  @Test("a program comes back as it was, before and after the reordering", arguments: models)
  func roundTrips(model: String) throws {
    guard let path = SharedData.path("fixtures/\(model)/model.safetensors") else { return }
    let folder = try TemporaryFolder()
    let imported = try ModelFile.read(path: path)
    let rewritten = try Pipeline().apply(to: imported.graph)
    for graph in [imported.graph, rewritten] {
      let packed = folder.path("packed")
      let sizes = try PackedModel.write(
        graph: graph,
        description: imported.description,
        to: packed
      )
      let back = try PackedModel.read(path: packed)
      expectSame(back.graph, graph)
      #expect(back.description == imported.description)
      #expect(back.sizes == sizes)
      #expect(sizes.fileBytes * 5 < sizes.float32Bytes, "\(sizes)")
    }
  }
}
