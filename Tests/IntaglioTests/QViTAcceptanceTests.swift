import Intaglio
import IntaglioData
import IntaglioRewrite
import IntaglioTestSupport
import Testing

/// The 3-bit and 2-bit checkpoints with one scale per activation quantizer.
///
/// `INTAGLIO_FULL=1` tries all 10,000 images, `INTAGLIO_LIMIT=2500` that many.
@Suite("Q-ViT checkpoints", .enabled(if: SharedData.isWanted, "no shared data"))
struct QViTAcceptanceTests {
  static let models = ["qvit-fmnist-w3a3", "qvit-fmnist-w2a2"]

  @Test("all 26 matrix multiplications are on integers, exactly", arguments: models)
  func coverage(name: String) throws {
    guard let fixture = try QViTFixture(name) else { return }
    let coverage = fixture.result.coverage
    #expect(coverage.total == 26 && coverage.integer == 26)
    #expect(coverage.entries.allSatisfy { $0.status == .exact })
    #expect(fixture.result.proof != nil)
  }

  @Test("the integer program answers as the recorded float64 run", arguments: models)
  func answers(name: String) throws {
    guard let fixture = try QViTFixture(name) else { return }
    let count = SharedData.limit(few: 1000, of: 10_000)
    let data = try fixture.data(count)
    let found = try fixture.evaluate(data)
    let agreement = try #require(found.agreement)
    // A code on the other side of a tie may turn an answer: one of a thousand, two of a few.
    #expect(count - agreement.top1.hits <= max(2, count / 1000), "\(agreement)")
    let difference = abs(found.top1.hits - (try fixture.goldenHits(data)))
    #expect(difference <= max(2, count / 2000), "\(difference) of \(count) images")
  }

  @Test("fed with the oracle's codes, every layer makes the oracle's codes", arguments: models)
  func layers(name: String) throws {
    guard let fixture = try QViTFixture(name) else { return }
    let count = SharedData.limit(few: 24, of: 1000)
    let audit = try LayerAudit(
      fixture.model,
      program: fixture.result.model,
      threads: Engine.coreCount
    )
    let layers = try audit.run(fixture.data(count))
    #expect(layers.count == 34)
    // Per block the values of attention and what attention hands to its projection.
    #expect(layers.count(where: \.isInteger) == 8)
    for layer in layers {
      #expect(layer.codes > 0, "\(layer.name)")
      #expect(layer.beyondOneStep == 0, "\(layer.name)")
      if layer.isInteger { #expect(layer.differing == 0, "\(layer.name)") }
      #expect(layer.largestRelativeTieDistance < 1e-6, "\(layer.name)")
      #expect(layer.largestTieDistance < 1e-4, "\(layer.name)")
    }
    let codes = layers.reduce(0) { $0 + $1.codes }
    let differing = layers.reduce(0) { $0 + $1.differing }
    #expect(differing * 100_000 <= codes, "\(differing) of \(codes) codes differ")
  }

  @Test("left to itself, the integer program makes the recorded codes", arguments: models)
  func trace(name: String) throws {
    guard let fixture = try QViTFixture(name) else { return }
    let trace = try CodeTrace(fixture)
    #expect(trace.layers.count == 34)
    for (image, sample) in try fixture.samples(CodeTrace.imageCount).enumerated() {
      let found = try trace.compare(sample, image)
      #expect(found.codes == 222_880)
      // What a tie turns may turn more behind it, so only the first layer is held to ties.
      #expect(found.beyondTies == 0, "\(found.firstLayer ?? "") of image \(image)")
      #expect(found.differing * 1000 <= found.codes, "\(found.differing) codes of image \(image)")
    }
  }

  @Test("a saved program gives the same logits, bit for bit", arguments: models)
  func roundTrip(name: String) throws {
    guard let fixture = try QViTFixture(name) else { return }
    let folder = try TemporaryFolder()
    let path = folder.path("model.intaglio")
    let sizes = try fixture.result.model.save(to: path)
    let loaded = try Model(contentsOf: path)
    #expect(try folder.bytes("model.intaglio").count == sizes.fileBytes)

    let samples = try fixture.samples(32)
    let logits = try [fixture.result.model, loaded].map { model in
      try Engine(model.program, arithmetic: .integer, threads: Engine.coreCount)
        .logits(samples.flatMap { $0 }, count: samples.count).map(\.bitPattern)
    }
    #expect(logits[0] == logits[1])
    #expect(logits[0].count == 320)
    #expect(try loaded.preprocessing() == fixture.model.preprocessing())
  }

  @Test("a saved program takes the bits of its codes", arguments: zip(models, [3, 2]))
  func size(name: String, bits: Int) throws {
    guard let fixture = try QViTFixture(name) else { return }
    let folder = try TemporaryFolder()
    let path = folder.path("model.intaglio")
    let sizes = try fixture.result.model.save(to: path)
    #expect(sizes.fileBytes < 300 << 10)
    let file = try SafetensorsFile(contentsOf: path)
    let elements = [
      "attn.qkv.weight": 96 * 288, "attn.proj.weight": 96 * 96, "mlp.fc1.weight": 96 * 384,
      "mlp.fc2.weight": 384 * 96,
    ]
    for (layer, count) in elements {
      let stored = file.tensors.filter { $0.name.hasSuffix(layer) }.map(\.bytes.count)
      #expect(stored == [Int](repeating: count * bits / 8, count: 4), "\(layer)")
    }
  }
}
