import Intaglio
import IntaglioGraph
import IntaglioRewrite
import IntaglioRuntime

extension FuzzTarget {
  /// What becomes of a small imported model: an integer program with floats and without, planned and
  /// run.
  static let program = FuzzTarget(
    "program",
    "ONNX models, made integer programs and run",
    limit: 1 << 12,
    dictionary: FuzzTarget.onnx.dictionary,
    mutation: FuzzTarget.onnx.mutation,
    seeds: { try FuzzTarget.onnx.seeds() }
  ) { bytes, folder in
    let model = try Model(contentsOf: folder.file("model.onnx", bytes))
    guard model.graph.isSmall else { return }
    let programs = [ProgramOptions.Nonlinear.float, .integer(IntegerOnlyOptions())]
    for nonlinear in programs {
      let program = try Program(model, ProgramOptions(nonlinear: nonlinear))
      guard let proof = program.proof else { continue }
      let plan = try Plan(proof)
      let sample = RandomImages.draw(plan.batch, size: plan.inputSize, seed: 1)
      _ = try Executor(plan).outputs(sample, count: plan.batch)
    }
  }
}

extension Graph {
  /// Whether its values are few and have few elements.
  fileprivate var isSmall: Bool {
    nodes.count <= 64 && types.allSatisfy { $0.shape.reduce(1.0) { $0 * Double($1) } <= 4096 }
  }
}
