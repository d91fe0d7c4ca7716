import Intaglio
import IntaglioTestSupport
import Testing

/// Comparisons on the checkpoints beside the project.
@Suite("Q-ViT checkpoints, layer by layer", .enabled(if: SharedData.isWanted, "no shared data"))
struct QViTComparisonTests {
  @Test(
    "the recorded float64 run and the integer program make the same codes",
    arguments: QViTAcceptanceTests.models
  )
  func trace(name: String) throws {
    guard let fixture = try QViTFixture(name) else { return }
    let record = try ComparisonSide(ModelSource("\(fixture.folder)/trace_first4.safetensors"))
    let program = try ComparisonSide(fixture.model, arithmetic: .integer)
    let comparison = try LayerwiseComparison(record, program, threads: Engine.coreCount)
    let result = try comparison.run(try fixture.data(4))
    #expect(result.images == 4 && result.agreement?.hits == 4)
    #expect(result.codesCompared == 4 * 222_880)
    #expect(result.codesChanged * 1000 <= result.codesCompared)
    let changed = result.layers.filter { $0.changedLocally != nil }
    #expect(changed.count == 34)
    #expect(changed.reduce(0) { $0 + ($1.changedLocally ?? 0) } <= 4)
    for layer in result.layers where layer.changed == nil {
      #expect(try #require(layer.local).decibels > 100, "\(layer.name)")
    }
  }

  @Test(
    "oracle and integer program differ by float32 rounding only, layer by layer",
    arguments: QViTAcceptanceTests.models
  )
  func oracle(name: String) throws {
    guard let fixture = try QViTFixture(name) else { return }
    let count = SharedData.limit(few: 8, of: 1000)
    let (a, b) = (
      try ComparisonSide(fixture.model, arithmetic: .oracle),
      try ComparisonSide(fixture.model, arithmetic: .integer)
    )
    let result = try LayerwiseComparison(a, b, threads: Engine.coreCount)
      .run(try fixture.data(count))
    #expect(result.codesCompared == count * 222_880)
    let own = result.layers.reduce(0) { $0 + ($1.changedLocally ?? 0) }
    #expect(own * 100_000 <= result.codesCompared, "\(own) codes")
    for layer in result.layers where layer.changed == nil {
      #expect(try #require(layer.local).decibels > 100, "\(layer.name)")
    }
    #expect(count - (result.agreement?.hits ?? 0) <= max(2, count / 1000))
  }

  @Test("programs with and without float nonlinearities part at rounding, and only there")
  func integersOnly() throws {
    guard let integers = try IntegerOnlyFixture("qvit-fmnist-w3a3", calibration: 16) else { return }
    let a = try ComparisonSide(integers.fixture.model, arithmetic: .integer)
    let b = try ComparisonSide(integers.program.model, arithmetic: .integerOnly)
    let result = try LayerwiseComparison(a, b, threads: Engine.coreCount)
      .run(try integers.fixture.data(4))
    #expect(result.codesCompared == 4 * 222_880)
    for layer in result.layers {
      // Integers that meet integers are the same; a stream shows at the norm that reads it.
      guard let own = layer.changedLocally else { continue }
      let mayDiffer = ["integer-layer-norm", "integer-softmax"].contains(layer.kind)
      #expect(own == 0 || mayDiffer, "\(layer.name), \(layer.kind): \(own)")
      #expect(own * 50 <= layer.elements, "\(layer.name): \(own) of \(layer.elements)")
    }
    #expect(
      result.layers.contains { $0.kind == "integer-layer-norm" && $0.changedLocally ?? 0 > 0 }
    )
  }

  @Test("a float model and its quantized version part in local errors that add up")
  func float() throws {
    guard
      let float = try ViTTinyFixture("fixtures/vit-tiny-onnx/vit_tiny_float_opset17.onnx"),
      let quantized = try ViTTinyFixture(ViTTinyAcceptanceTests.quantized)
    else { return }
    let (a, b) = (try ComparisonSide(float.model), try ComparisonSide(quantized.model))
    #expect(a.arithmetic == .float32 && b.arithmetic == .integer)
    let result = try LayerwiseComparison(a, b, threads: Engine.coreCount)
      .run(try quantized.data(few: 1).select(0..<1))
    #expect(result.codesCompared == 0, "one side has no codes")
    let norms = result.layers.filter { $0.kind == "layer-norm" }
    // The last one is only made of the class token in the program.
    #expect(norms.count == 24)
    for layer in norms {
      let (local, all) = (try #require(layer.local), try #require(layer.cumulative))
      #expect(local.decibels > 100 && all.decibels < 40, "\(layer.name)")
    }
    let first = try #require(result.firstDivergingLayer(threshold: 200))
    #expect(first.name == "/Concat", "the patch embedding is the first layer on integers")
  }
}
