import Foundation
public import IntaglioGraph
import IntaglioNumerics
import IntaglioReference
import IntaglioRewrite
public import IntaglioRuntime

/// Runs a model on any number of samples.
public struct Engine: Sendable {
  /// What does the arithmetic.
  public enum Kind: String, Sendable, CaseIterable, Codable {
    /// The planned integer program: every matrix multiplication on integers.
    case integer
    /// Float32 on BLAS, dequantize first: what an ordinary runtime does.
    case reference
    /// Float64, one operation after the other: what the model means.
    case oracle
  }

  public let kind: Kind
  /// The extents of one sample, without the batch.
  public let sampleShape: [Int]
  /// How many numbers one sample has.
  public let inputCount: Int
  /// How many numbers the first output has per sample.
  public let outputCount: Int
  private let program: Program

  private enum Program: Sendable {
    case integer(Executor)
    case reference(Reference, Batch)
    case oracle(Oracle<Double>, Batch)
  }

  /// How one-group-at-a-time programs take samples.
  fileprivate struct Batch: Sendable {
    let input: String
    let output: String
    /// Samples per run, the leading extent of the input.
    let size: Int
    let threads: Int
  }

  /// - Throws: `EngineError` when the model has not exactly one real input; what the program throws
  ///   when it is prepared.
  public init(
    _ graph: Graph,
    kind: Kind,
    threads: Int,
    kernels: KernelTable = KernelTable()
  ) throws {
    guard graph.inputs.count == 1, let input = graph.inputs.first, let output = graph.outputs.first
    else { throw EngineError.ports(inputs: graph.inputs.count, outputs: graph.outputs.count) }
    let (inType, outType) = (graph.type(of: input), graph.type(of: output.value))
    let size = max(inType.shape.first ?? 1, 1)
    let batch = Batch(
      input: graph.label(of: input),
      output: output.name,
      size: size,
      threads: max(threads, 1)
    )
    self.kind = kind
    sampleShape = Array(inType.shape.dropFirst())
    inputCount = inType.count / size
    outputCount = outType.count / size
    switch kind {
    case .integer:
      let plan = try Plan(try IntegerGraph(verifying: graph), kernels: kernels)
      program = .integer(Executor(plan, threads: batch.threads))
    case .reference: program = .reference(try Reference(graph), batch)
    case .oracle: program = .oracle(try Oracle<Double>(graph), batch)
    }
  }
}

extension Engine {
  /// The engine of a plan that is already made.
  public init(_ plan: Plan, threads: Int) {
    kind = .integer
    sampleShape = Array(plan.inputShape.dropFirst())
    inputCount = plan.inputSize
    outputCount = plan.outputSizes.first ?? 0
    program = .integer(Executor(plan, threads: max(threads, 1)))
  }

  /// How many elements of each integer stream were cut off, over all runs so far; empty where there
  /// are no streams.
  public var saturations: [(stream: String, count: Int)] {
    guard case .integer(let executor) = program else { return [] }
    return executor.saturations
  }

  /// How many cores this machine has.
  public static var coreCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

  /// The first output of every sample, one row after the other.
  ///
  /// - Parameters:
  ///   - samples: `count` samples of `inputCount` numbers each.
  ///   - count: how many samples there are.
  ///   - progress: told how many samples are done, one call at a time.
  /// - Returns: `count` rows of `outputCount` numbers.
  /// - Throws: what the program throws when samples do not fit.
  public func logits(
    _ samples: [Float],
    count: Int,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws -> [Float] {
    switch program {
    case .integer(let executor):
      return try executor.run(samples, count: count, progress: progress)
    case .reference(let reference, let batch):
      return try batch.run(samples, count: count, progress: progress) { group in
        try reference.floats([batch.input: group])[batch.output] ?? []
      }
    case .oracle(let oracle, let batch):
      return try batch.run(samples, count: count, progress: progress) { group in
        let input = OracleTensor<Double>.real(group.map(Double.init))
        let output = try oracle.run([batch.input: input])[batch.output]
        return output?.reals?.map(Float.init) ?? output?.integers?.map(Float.init) ?? []
      }
    }
  }
}

extension Engine.Batch {
  /// Runs `body` on every group of samples, several at a time; the last group is filled with zeros.
  fileprivate func run(
    _ samples: [Float],
    count: Int,
    progress: (@Sendable (Int) -> Void)?,
    _ body: @Sendable ([Float]) throws -> [Float]
  ) throws -> [Float] {
    guard count > 0 else { return [] }
    let width = samples.count / count
    guard width * count == samples.count else {
      throw EngineError.samples(expected: count, found: samples.count)
    }
    let groups = (count + size - 1) / size
    let results = try ParallelMap(threads: threads).map(groups) { group in
      let range = group * size..<min(count, (group + 1) * size)
      var input = Array(samples[range.lowerBound * width..<range.upperBound * width])
      input += [Float](repeating: 0, count: size * width - input.count)
      let output = try body(input)
      return Array(output.prefix(output.count / size * range.count))
    } progress: {
      progress?(min(count, $0 * size))
    }
    return results.flatMap { $0 }
  }
}

/// Why an engine cannot take a model or its samples.
public enum EngineError: Error, Hashable, Sendable, CustomStringConvertible {
  case ports(inputs: Int, outputs: Int)
  case samples(expected: Int, found: Int)

  public var description: String {
    switch self {
    case .ports(let inputs, let outputs):
      "the model has \(inputs) inputs and \(outputs) outputs; expected one input and at least one output"
    case .samples(let expected, let found):
      "\(found) numbers are not \(expected) samples of equal size"
    }
  }
}
