import Intaglio
import IntaglioData
import IntaglioGraph
import IntaglioRewrite
import IntaglioRuntime
import IntaglioTestSupport
import Testing

/// A Q-ViT checkpoint without any floats, calibrated on training images.
struct IntegerOnlyFixture {
  let fixture: QViTFixture
  let program: IntegerOnlyProgram

  /// `nil` where the shared folder is absent.
  init?(
    _ name: String,
    _ options: IntegerOnlyOptions = IntegerOnlyOptions(),
    calibration count: Int = 64
  ) throws {
    guard let fixture = try QViTFixture(name),
      let images = SharedData.path("data/fashion-mnist")
    else { return nil }
    self.fixture = fixture
    let training = try DataSet.open(directory: images, split: .train, limit: max(count, 1))
    let preprocessing = try fixture.model.preprocessing()
    program = try IntegerOnlyProgram(
      fixture.result,
      options,
      calibration: (0..<count).map { try preprocessing.apply(to: training.image(at: $0)) },
      threads: Engine.coreCount
    )
  }

  /// How many codes of every node are not the oracle's, when everything before was the oracle's.
  func codesUnlikeTheOracle(_ samples: [[Float]]) throws -> (differing: [String: Int], total: Int) {
    let graph = program.proof.graph
    let integers = Set(
      graph.live.filter { value in
        switch graph[value].operation {
        case .integer, .requantize, .quantize: true
        case .input, .constant, .layout, .concat, .matmul, .convolution, .add, .subtract, .multiply,
          .sum, .divide, .mean, .function, .softmax, .rowExponential, .layerNorm, .rmsNorm,
          .dequantize:
          false
        }
      }
    )
    let oracle = try Oracle<Double>(graph)
    let executor = Executor(
      try Plan(program.proof.program, options: PlanOptions(observable: integers))
    )
    let input = try #require(graph.inputs.first.map { graph.label(of: $0) })
    var differing: [String: Int] = [:]
    var total = 0
    for sample in samples {
      let truth = try oracle.run([input: .real(sample.map(Double.init))], keeping: integers)
      _ = try executor.run(sample) { value, contents in
        guard case .integer(let codes) = contents, let expected = truth[value]?.integers else {
          return nil
        }
        total += codes.count
        let count = zip(codes, expected).count { $0 != $1 }
        if count > 0 { differing[graph.label(of: value), default: 0] += count }
        return .integer(expected)
      }
    }
    return (differing, total)
  }
}
