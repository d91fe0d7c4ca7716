import IntaglioFloat32
import IntaglioGraph
import IntaglioNumerics

/// The answers in a graph's outputs: rows of the last dimension, whose numbers are taken as logits of classes.
struct Answers: Sendable {
  private let outputs: [(name: String, classes: Int)]

  /// Outputs of one number a row are none: a single class has always the same probability.
  ///
  /// - Throws: `QuantizeError.noClasses` where nothing is left.
  init(_ graph: Graph) throws(QuantizeError) {
    outputs = graph.outputs.map { ($0.name, graph.type(of: $0.value).shape.last ?? 1) }
      .filter { $0.classes > 1 }.sorted { $0.name < $1.name }
    guard !outputs.isEmpty else { throw .noClasses }
  }

  /// One row per answer, output by output.
  func rows(_ found: [String: Float32Tensor]) -> [[Float]] {
    outputs.flatMap { name, classes in
      let floats = found[name]?.floats ?? []
      return stride(from: 0, to: floats.count, by: classes).map {
        Array(floats[$0..<min($0 + classes, floats.count)])
      }
    }
  }

  /// The answers of `graph` to some samples, one sample after the other.
  ///
  /// - Throws: `EvaluationError`, and what the samples throw.
  static func of(
    _ graph: Graph,
    _ samples: CalibrationSamples,
    threads: Int
  ) throws -> [[Float]] {
    let (program, answers) = (try Float32Program(graph), try Answers(graph))
    let input = try Network.inputName(of: graph)
    return try ParallelMap(threads: threads).map(samples.count) { sample in
      answers.rows(try program.run([input: .real(samples(sample))]).outputs)
    }.flatMap { $0 }
  }
}
