import Intaglio
import IntaglioData
import IntaglioRewrite
import IntaglioTestSupport
import Testing

/// ViT-Tiny in float as timm and ONNX files, and quantized by ONNX Runtime.
///
/// `INTAGLIO_FULL=1` tries all 1,000 photographs, `INTAGLIO_LIMIT=100` that many.
@Suite("ViT-Tiny", .enabled(if: SharedData.isWanted, "no shared data"))
struct ViTTinyAcceptanceTests {
  static let float = [
    "data/vit-tiny/vit_tiny_patch16_224.safetensors",
    "fixtures/vit-tiny-onnx/vit_tiny_float_opset17.onnx",
  ]
  static let quantized = "fixtures/vit-tiny-onnx/vit_tiny_qdq_matmul_u8s8.onnx"

  @Test("a crop of 0.9 means 248 pixels before a crop of 224", arguments: float + [quantized])
  func preprocessing(file: String) throws {
    guard let fixture = try ViTTinyFixture(file) else { return }
    let found = try fixture.model.preprocessing()
    #expect(found.resize == .shorterSide(248))
    #expect(found.crop == Preprocessing.Size(width: 224, height: 224))
    #expect(found.channels == 3)
    #expect(found.interpolation == .bicubic)
    #expect(found.mean == [0.5, 0.5, 0.5] && found.std == [0.5, 0.5, 0.5])
  }

  @Test("in float32 answers as timm does, logits within 1e-4", arguments: float)
  func floatLogits(file: String) throws {
    guard let fixture = try ViTTinyFixture(file),
      let golden = SharedData.path("data/vit-tiny/logits_float32_imagenet_sample.npy")
    else { return }
    let agreement = try evaluate(fixture, fixture.model, .float32, few: 40, golden)
    #expect(agreement.maxAbsLogit < 1e-4)
    // Two answers closer than 1e-4 may change places.
    #expect(agreement.top1.value >= 0.999, "\(agreement.top1)")
  }

  @Test("in float is blocked everywhere, for lack of quantizers", arguments: float)
  func floatCoverage(file: String) throws {
    guard let fixture = try ViTTinyFixture(file) else { return }
    let result = try fixture.model.integerized()
    #expect(result.proof == nil)
    #expect(result.coverage.total == 74 && result.coverage.integer == 0)
  }

  @Test("quantized by ONNX Runtime has all 74 matrix multiplications on integers, exactly")
  func coverage() throws {
    guard let fixture = try ViTTinyFixture(Self.quantized) else { return }
    let result = try fixture.model.integerized()
    #expect(result.coverage.total == 74 && result.coverage.integer == 74)
    #expect(result.coverage.entries.allSatisfy { $0.status == .exact })
    #expect(result.proof != nil)
  }

  @Test("quantized answers as often as ONNX Runtime's own variants answer alike")
  func quantizedAnswers() throws {
    let name = "fixtures/vit-tiny-onnx/logits_onnxruntime_qdq_imagenet_sample.npy"
    guard let fixture = try ViTTinyFixture(Self.quantized), let golden = SharedData.path(name)
    else { return }
    let program = try fixture.model.integerized().model
    let agreement = try evaluate(fixture, program, .integer, few: 40, golden)
    // The model amplifies a difference of one step: ONNX Runtime with and without its graph
    // optimizations gives the same answer to 91.7 %. The limit is that less three deviations.
    let count = Double(agreement.top1.total)
    let limit = 0.917 - 3 * (0.917 * 0.083 / count).squareRoot()
    #expect(agreement.top1.value >= limit, "\(agreement.top1)")
    #expect(agreement.maxAbsLogit.isFinite)
  }

  @Test("quantized, every layer fed with the oracle's codes makes the oracle's codes")
  func layers() throws {
    guard let fixture = try ViTTinyFixture(Self.quantized) else { return }
    let program = try fixture.model.integerized().model
    let audit = try LayerAudit(fixture.model, program: program, threads: Engine.coreCount)
    let layers = try audit.run(fixture.data(few: 1).select(0..<1))
    #expect(!layers.isEmpty)
    for layer in layers {
      #expect(layer.codes > 0 && layer.beyondOneStep == 0, "\(layer.name)")
      if layer.isInteger { #expect(layer.differing == 0, "\(layer.name)") }
      #expect(layer.largestRelativeTieDistance < 1e-6, "\(layer.name)")
    }
    // The first scale is 2 / 255, so every pixel lies on a tie, x / s = pixel − 127.5, which float32
    // rounds to either side, as ONNX Runtime does, and float64 to the even one.
    let behind = layers.filter { $0.name != "x_QuantizeLinear" }
    #expect(behind.count == layers.count - 1)
    let codes = behind.reduce(0) { $0 + $1.codes }
    let differing = behind.reduce(0) { $0 + $1.differing }
    #expect(differing * 100_000 <= codes, "\(differing) of \(codes) codes differ")
  }

  private func evaluate(
    _ fixture: ViTTinyFixture,
    _ program: Model,
    _ kind: Arithmetic,
    few: Int,
    _ golden: String
  ) throws -> Evaluation.Agreement {
    let evaluator = try Evaluator(
      fixture.model,
      program: program,
      arithmetic: kind,
      threads: Engine.coreCount
    )
    let reference = Evaluator.Reference.logits(try NPYFile(contentsOf: golden))
    return try #require(
      try evaluator.evaluate(try fixture.data(few: few), against: reference).agreement
    )
  }
}
