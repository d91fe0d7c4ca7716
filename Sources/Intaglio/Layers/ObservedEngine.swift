import IntaglioGraph
import IntaglioReference
import IntaglioRewrite
import IntaglioRuntime

/// Runs a model on one sample and shows chosen values on the way, each of which may be replaced.
struct ObservedEngine: Sendable {
  /// Sees a value as soon as it is there; what it returns takes the value's place, `nil` leaves it.
  typealias Observer = Oracle<Double>.Observer

  /// The extents of one sample, without the batch.
  let sampleShape: [Int]
  private let program: Program
  private let observed: Set<Value>
  private let input: String
  private let output: String
  /// Samples per run, the leading extent of the input.
  private let group: Int

  private enum Program: Sendable {
    case integer(Executor)
    case reference(Reference)
    case oracle(Oracle<Double>)
  }

  /// - Parameters:
  ///   - graph: the program.
  ///   - kind: what does the arithmetic.
  ///   - observed: the values to show.
  /// - Throws: `EngineError` when the model has not exactly one input; what the program throws when
  ///   it is prepared.
  init(_ graph: Graph, kind: Engine.Kind, observing observed: Set<Value>) throws {
    guard graph.inputs.count == 1, let input = graph.inputs.first, let output = graph.outputs.first
    else { throw EngineError.ports(inputs: graph.inputs.count, outputs: graph.outputs.count) }
    self.observed = observed
    self.input = graph.label(of: input)
    self.output = output.name
    group = max(graph.type(of: input).shape.first ?? 1, 1)
    sampleShape = Array(graph.type(of: input).shape.dropFirst())
    switch kind {
    case .integer:
      let options = PlanOptions(observable: observed)
      program = .integer(Executor(try Plan(try IntegerGraph(verifying: graph), options: options)))
    case .reference: program = .reference(try Reference(graph))
    case .oracle: program = .oracle(try Oracle<Double>(graph))
    }
  }

  /// Runs one sample; a program that takes a group of them gets as many copies.
  ///
  /// - Returns: the first output of the sample.
  /// - Throws: `EvaluationError` or `ExecutionError`, naming the node.
  func run(_ sample: [Float], observing observer: Observer) throws -> [Double] {
    let samples = group == 1 ? sample : (0..<group).flatMap { _ in sample }
    let logits = try withoutActuallyEscaping(observer) { try run(samples, $0) }
    return Array(logits.prefix(logits.count / group))
  }

  private func run(_ samples: [Float], _ observer: @escaping Observer) throws -> [Double] {
    switch program {
    case .integer(let executor):
      return try executor.run(samples) { value, contents in
        observer(value, OracleTensor(contents)).map { ValueContents($0) }
      }.map(Double.init)
    case .reference(let reference):
      let result = try reference.run([input: .real(samples)]) { value, tensor in
        guard observed.contains(value) else { return nil }
        return observer(value, OracleTensor(tensor)).map { ReferenceTensor($0) }
      }
      return result[output]?.floats.map(Double.init) ?? []
    case .oracle(let oracle):
      let result = try oracle.run([input: .real(samples.map(Double.init))]) { value, tensor in
        observed.contains(value) ? observer(value, tensor) : nil
      }
      return result[output]?.doubles ?? []
    }
  }
}

extension OracleTensor<Double> {
  /// Every element as a real number.
  var doubles: [Double] { reals ?? integers?.map(Double.init) ?? [] }

  fileprivate init(_ contents: ValueContents) {
    switch contents {
    case .real(let values): self = .real(values.map(Double.init))
    case .integer(let values): self = .integer(values)
    }
  }

  fileprivate init(_ tensor: ReferenceTensor) {
    switch tensor {
    case .real(let values): self = .real(values.map(Double.init))
    case .integer(let values): self = .integer(values.map(Int.init))
    }
  }
}

extension ValueContents {
  fileprivate init(_ tensor: OracleTensor<Double>) {
    switch tensor {
    case .real(let values): self = .real(values.map { Float($0) })
    case .integer(let values): self = .integer(values)
    }
  }
}

extension ReferenceTensor {
  fileprivate init(_ tensor: OracleTensor<Double>) {
    switch tensor {
    case .real(let values): self = .real(values.map { Float($0) })
    case .integer(let values): self = .integer(values.map { Int32(clamping: $0) })
    }
  }
}
