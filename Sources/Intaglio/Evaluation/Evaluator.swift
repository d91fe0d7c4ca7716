import Foundation
public import IntaglioData
import IntaglioGraph
import IntaglioReport
import IntaglioRewrite
import IntaglioRuntime

/// Runs a model over a data set and counts.
public struct Evaluator: Sendable {
  /// What the answers are compared with.
  public enum Reference: Sendable {
    /// The model's own meaning, in float64, quantizer by quantizer.
    case oracle
    /// Recorded logits, `[images, classes]`, in the order of the data set.
    case logits(NPYFile)
  }

  /// How far a long evaluation is.
  public enum Stage: Sendable {
    case running(done: Int, of: Int)
    case comparing(done: Int, of: Int)
  }

  public let model: Model
  public let engine: Engine
  public let preprocessing: Preprocessing
  private let program: Model
  private let threads: Int

  /// How many samples are in memory at a time.
  private static let chunk = 256

  /// - Parameters:
  ///   - model: the model as it was read; its meaning is what the oracle evaluates.
  ///   - program: what runs: the model itself, or what integerization made of it.
  ///   - arithmetic: what the program runs in.
  ///   - threads: how many images are in work at a time.
  /// - Throws: `EvaluationError` when the model does not say how an image becomes its input; what
  ///   the engine throws.
  public init(_ model: Model, program: Model, arithmetic: Arithmetic, threads: Int) throws {
    self.model = model
    let program = arithmetic.isInteger ? try program.proved() : program
    self.program = program
    self.threads = threads
    engine = try Engine(
      program.program,
      arithmetic: arithmetic,
      threads: threads,
      logits: program.description.logits
    )
    preprocessing = try program.preprocessing()
  }

  /// - Throws: as for a model and its program.
  public init(_ chosen: ChosenProgram, threads: Int) throws {
    try self.init(
      chosen.model,
      program: chosen.program,
      arithmetic: chosen.arithmetic,
      threads: threads
    )
  }

  /// Every image of `data` through the program, compared with labels and, if asked, a reference.
  ///
  /// - Parameters:
  ///   - data: the images and labels.
  ///   - reference: what to compare with beside the labels.
  ///   - progress: told how far the work is.
  /// - Returns: counts, agreement, speed and all logits.
  /// - Throws: `DataError` for images that cannot be read, `EvaluationError` for logits or labels
  ///   that do not fit.
  public func evaluate(
    _ data: DataSet,
    against reference: Reference? = nil,
    progress: (@Sendable (Stage) -> Void)? = nil
  ) throws -> Evaluation {
    let labels = try data.labels(
      modelNames: program.description.classNames,
      classCount: engine.outputCount
    )
    var logits: [Float] = []
    var seconds = 0.0
    var comparison = try reference.map { try makeComparison($0, data) }
    for start in stride(from: 0, to: data.count, by: Self.chunk) {
      let range = start..<min(data.count, start + Self.chunk)
      let samples = try load(data, range)
      let began = ContinuousClock.now
      let rows = try engine.logits(samples.flatMap { $0 }, count: range.count) {
        progress?(.running(done: start + $0, of: data.count))
      }
      seconds += (ContinuousClock.now - began).seconds
      logits += rows
      let positions = range.map { data.position(at: $0) }
      try comparison?.add(rows, samples, at: positions, threads: threads) {
        progress?(.comparing(done: start + $0, of: data.count))
      }
    }
    return Evaluation(
      logits: logits,
      labels: labels.classes,
      classes: engine.outputCount,
      seconds: seconds,
      agreement: comparison?.agreement,
      saturations: engine.saturations.map { Evaluation.Saturation(stream: $0, count: $1) },
      matching: labels
    )
  }

  /// The input of every image in `range`.
  private func load(_ data: DataSet, _ range: Range<Int>) throws -> [[Float]] {
    let input = ModelInput(engine.input, engine.output)
    return try ParallelMap(threads: threads).map(range.count) { index in
      try input.sample(data, range.lowerBound + index, preprocessing)
    }
  }

  private func makeComparison(_ reference: Reference, _ data: DataSet) throws -> Comparison {
    switch reference {
    case .oracle:
      let codes = try CodeComparison(
        meaning: model.graph,
        program: program.program,
        arithmetic: engine.arithmetic,
        logits: program.description.logits,
        threads: threads
      )
      return Comparison(.codes(codes), classes: engine.outputCount)
    case .logits(let recorded):
      let rows = ((0..<data.count).map { data.position(at: $0) }.max() ?? -1) + 1
      guard recorded.shape.count == 2, recorded.shape[0] >= rows,
        recorded.shape[1] == engine.outputCount
      else {
        throw EvaluationError.logitsShape(
          file: recorded.path,
          expected: [rows, engine.outputCount],
          found: recorded.shape
        )
      }
      let logits = try recorded.doubles()
      if let stray = logits.prefix(rows * engine.outputCount).firstIndex(where: { !$0.isFinite }) {
        throw EvaluationError.logit(
          file: recorded.path,
          position: stray.position(in: recorded.shape),
          found: logits[stray]
        )
      }
      return Comparison(.recorded(logits), classes: engine.outputCount)
    }
  }
}

extension Model {
  /// How an image becomes the input.
  ///
  /// - Throws: `EvaluationError.noPreprocessing` when the model file does not say.
  public func preprocessing() throws(EvaluationError) -> Preprocessing {
    try preprocessing(for: try? EngineInput(graph))
  }

  /// The same for an input that the graph may not know: a planned model has none.
  func preprocessing(for input: EngineInput?) throws(EvaluationError) -> Preprocessing {
    if let preprocessing = description.preprocessing { return preprocessing }
    let type = input?.type
    let reason: EvaluationError.NoPreprocessing =
      if type?.isInteger == true {
        .codes
      } else if let type, type.shape.count != 4 {
        .noImage
      } else if type?.hasChannelsLast == true {
        .channelsLast
      } else {
        .unstated(isPacked: format == .packed)
      }
    throw .noPreprocessing(model: path, input: input?.description ?? "none", reason)
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
