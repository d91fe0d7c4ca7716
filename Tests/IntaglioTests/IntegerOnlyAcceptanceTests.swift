import Intaglio
import IntaglioData
import IntaglioGraph
import IntaglioRewrite
import IntaglioRuntime
import IntaglioTestSupport
import Testing

/// Programs with nothing but integers between the quantized image and the logits.
///
/// `INTAGLIO_FULL=1` tries all images, `INTAGLIO_LIMIT=2500` that many.
@Suite("Integer-only programs", .enabled(if: SharedData.isWanted, "no shared data"))
struct IntegerOnlyAcceptanceTests {
  static let models = ["qvit-fmnist-w3a3", "qvit-fmnist-w2a2"]

  @Test("10,000 images: top-1 within 0.2 points of float nonlinearities", arguments: models)
  func accuracy(name: String) throws {
    guard let integers = try IntegerOnlyFixture(name) else { return }
    let data = try integers.fixture.data(10_000)
    func hits(_ program: Model) throws -> (hits: Int, saturated: Int) {
      let result = try Evaluator(
        integers.fixture.model,
        program: program,
        arithmetic: .integer,
        threads: Engine.coreCount
      ).evaluate(data)
      return (result.top1.hits, result.saturations.reduce(0) { $0 + $1.count })
    }
    let (with, without) = (
      try hits(integers.fixture.result.model), try hits(integers.program.model)
    )
    #expect(with.saturated == 0)
    #expect(abs(with.hits - without.hits) <= 20, "\(with.hits) and \(without.hits) of 10,000")
    // What no training image showed may leave the stream, but hardly ever.
    #expect(without.saturated < 1000, "\(without.saturated) of some 800 million")
  }

  @Test("steps, norms, softmax, streams and requantizations are the oracle's", arguments: models)
  func codes(name: String) throws {
    guard let integers = try IntegerOnlyFixture(name) else { return }
    let count = SharedData.limit(few: 12, of: 1000)
    let (differing, total) = try integers.codesUnlikeTheOracle(integers.fixture.samples(count))
    #expect(total > count * 100_000)
    #expect(differing.isEmpty, "\(differing) of \(total)")
  }

  @Test("no float stands between the input codes and the output accumulators", arguments: models)
  func floats(name: String) throws {
    guard let integers = try IntegerOnlyFixture(name, calibration: 4) else { return }
    let passes = try Plan(integers.program.proof.program).passes
    let first = try #require(passes.firstIndex { $0.leaves == .codes })
    let last = try #require(passes.lastIndex { $0.reads == .int32 && $0.leaves == .float32 })
    #expect(passes[..<first].allSatisfy { $0.name == "quantize" || $0.name == "copy" })
    #expect(passes[first].name == "quantize" && passes[last].name == "dequantize")
    let between = passes[(first + 1)..<last]
    #expect(between.count > 70)
    #expect(between.allSatisfy { !$0.usesFloats }, "\(between.filter(\.usesFloats))")
    #expect(between.allSatisfy { $0.name != "affine rounding in float64" })
    #expect(passes[(last + 1)...].allSatisfy { $0.reads == .float32 })

    // The same walk finds the floats of a program that has them.
    let floats = try Plan(try #require(integers.fixture.result.proof)).passes
    #expect(floats.filter(\.usesFloats).count > 40)
  }

  @Test("scalar, AVX2 and AVX-512, any threads and any split of the batch give the same bits")
  func bits() throws {
    guard let integers = try IntegerOnlyFixture("qvit-fmnist-w3a3", calibration: 8) else { return }
    let samples = try integers.fixture.samples(13)
    let program = integers.program.proof.program
    func run(_ limit: InstructionSet, threads: Int, split: Int) throws -> [Float] {
      let executor = Executor(
        try Plan(program, kernels: KernelTable(limit: limit)),
        threads: threads
      )
      return try stride(from: 0, to: samples.count, by: split).flatMap { start in
        let part = samples[start..<min(start + split, samples.count)]
        return try executor.run(part.flatMap { $0 }, count: part.count)
      }
    }
    let truth = try run(.scalar, threads: 1, split: samples.count)
    for limit in InstructionSet.supported + [.unlimited] {
      for (threads, split) in [(1, 1), (2, 5), (3, samples.count)] {
        let found = try run(limit, threads: threads, split: split)
        #expect(
          found.map(\.bitPattern) == truth.map(\.bitPattern),
          "\(limit), \(threads) threads, \(split) at a time"
        )
      }
    }
  }

  @Test("without calibration the ranges are proved, and nothing saturates")
  func proven() throws {
    guard let integers = try IntegerOnlyFixture("qvit-fmnist-w3a3", calibration: 0) else { return }
    let data = try integers.fixture.data(SharedData.limit(few: 500, of: 10_000))
    let (model, program) = (integers.fixture.model, integers.program.model)
    let result = try Evaluator(
      model,
      program: program,
      arithmetic: .integer,
      threads: Engine.coreCount
    )
    .evaluate(data)
    #expect(result.saturations.allSatisfy { $0.count == 0 })
    #expect(integers.program.streams.allSatisfy { $0.format.type == .i(24) })
    let floats = try integers.fixture.evaluate(data)
    #expect(abs(result.top1.hits - floats.top1.hits) * 100 <= data.count)
  }

  @Test("a norm in fixed point rarely decides otherwise than the comparison of squares")
  func fixedPoint() throws {
    guard
      let exact = try IntegerOnlyFixture("qvit-fmnist-w3a3", calibration: 16),
      let fixed = try IntegerOnlyFixture(
        "qvit-fmnist-w3a3",
        IntegerOnlyOptions(norms: .fixedPoint),
        calibration: 16
      )
    else { return }
    let (differing, total) = try fixed.codesUnlikeTheOracle(fixed.fixture.samples(4))
    #expect(differing.isEmpty && total > 0)
    let data = try exact.fixture.data(200)
    let logits = try [exact, fixed].map { program in
      try Evaluator(
        program.fixture.model,
        program: program.program.model,
        arithmetic: .integer,
        threads: Engine.coreCount
      ).evaluate(data).logits
    }
    let classes = logits[0].count / data.count
    let same = (0..<data.count).count { image in
      let row = image * classes..<(image + 1) * classes
      return logits[0][row] == logits[1][row]
    }
    // One wrong code changes the logits of an image.
    #expect(same >= data.count - 2, "\(data.count - same) images differ")
  }

  @Test("the softmax table is measured on real rows, and the default is the cheapest within 0.1 %")
  func softmax() throws {
    guard let integers = try IntegerOnlyFixture("qvit-fmnist-w3a3", calibration: 16) else { return }
    let table = integers.program.softmaxErrors
    #expect(table.count == 6 && table.allSatisfy { $0.compared > 10_000 })
    let chosen = try #require(table.firstIndex { $0.exponential == integers.program.exponential })
    #expect(table[chosen].changedShare <= 0.001)
    #expect(table[..<chosen].allSatisfy { $0.changedShare > 0.001 })
    let coarse = try #require(table.first)
    let fine = try #require(
      table.first { $0.exponential == .base2(fractionBits: 12, tableBits: 24) }
    )
    #expect(coarse.exponential == .base2(fractionBits: 0, tableBits: 16))
    #expect(coarse.maximum > 0.02 && fine.maximum < 0.001)
    #expect(coarse.changed > fine.changed && coarse.mean > fine.mean)
  }

  @Test("ViT-Tiny, 8-bit QDQ: all on integers, top-1 near that of float nonlinearities")
  func vitTiny() throws {
    guard
      let fixture = try ViTTinyFixture("fixtures/vit-tiny-onnx/vit_tiny_qdq_matmul_u8s8.onnx")
    else { return }
    let data = try fixture.data(few: 30)
    let floats = try Program(fixture.model)
    let integers = try Program(
      fixture.model,
      ProgramOptions(nonlinear: .integer(IntegerOnlyOptions())),
      calibration: try fixture.data(few: 12),
      threads: Engine.coreCount
    )
    let proof = try #require(integers.integerOnly?.proof)
    #expect(NonlinearCoverage(proof.graph).entries.count { $0.operation == "lookup" } == 12)
    func hits(_ program: Model) throws -> Int {
      try Evaluator(
        fixture.model,
        program: program,
        arithmetic: .integer,
        threads: Engine.coreCount
      ).evaluate(data).top1.hits
    }
    let (with, without) = (try hits(floats.model), try hits(integers.model))
    // 1.5 points of 1,000; a few images of a few.
    let tolerance = max(2, data.count * 15 / 1000)
    #expect(abs(with - without) <= tolerance, "\(with) and \(without) of \(data.count)")
  }
}
