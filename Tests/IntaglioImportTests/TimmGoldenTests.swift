import Foundation
import IntaglioData
import IntaglioImport
import IntaglioFloat32
import IntaglioTestSupport
import Testing

/// The real ViT-Tiny on photographs, against the logits that PyTorch and timm recorded.
///
/// `INTAGLIO_FULL=1` tries all 1,000 photographs, `INTAGLIO_LIMIT=100` that many.
@Suite("Photographs through timm's ViT-Tiny", .enabled(if: SharedData.isWanted, "no shared data"))
struct TimmGoldenTests {
  @Test("the float32 logits are the recorded ones within 1e-3")
  func logits() throws {
    guard
      let model = SharedData.path("data/vit-tiny/vit_tiny_patch16_224.safetensors"),
      let recorded = SharedData.path("data/vit-tiny/logits_float32_imagenet_sample.npy"),
      let photographs = SharedData.path("data/imagenet-sample")
    else { return }
    let imported = try ModelFile.read(path: model)
    let preprocessing = try #require(imported.description.preprocessing)
    let reference = try Float32Program(imported.graph)
    let golden = try NPYFile(contentsOf: recorded)
    let logits = try golden.floats()
    let classes = golden.shape[1]
    let names = try FileManager.default.contentsOfDirectory(atPath: photographs)
      .filter { $0.hasSuffix(".jpg") }.sorted()
    #expect(names.count == golden.shape[0])

    for index in 0..<SharedData.limit(few: 4, of: names.count) {
      let image = try Image.decode(fileAt: "\(photographs)/\(names[index])")
      let found = try reference.floats(["image": preprocessing.apply(to: image)])["logits"] ?? []
      let expected = logits[index * classes..<(index + 1) * classes]
      let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(found.count == classes && difference < 1e-3, "\(names[index]): \(difference)")
    }
  }
}
