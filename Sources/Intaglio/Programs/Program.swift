public import IntaglioData
import IntaglioQuantize
public import IntaglioRewrite

/// How a model becomes a program.
public struct ProgramOptions: Sendable, Hashable {
  /// What stands between the multiplications.
  public enum Nonlinear: Sendable, Hashable {
    /// Softmax, LayerNorm, functions and the residual stream in float32.
    case float
    case integer(IntegerOnlyOptions)
  }

  public var reordering: Pipeline.Options
  public var nonlinear: Nonlinear

  public init(
    reordering: Pipeline.Options = Pipeline.Options(),
    nonlinear: Nonlinear = .float
  ) {
    self.reordering = reordering
    self.nonlinear = nonlinear
  }
}

/// What became of a model: a program, or the multiplications that keep it from being one.
public struct Program: Sendable {
  public let integerization: Integerization
  /// `nil` for float nonlinearities, and where a multiplication stays real.
  public let integerOnly: IntegerOnlyProgram?

  /// The graph that runs.
  public var model: Model { integerOnly?.model ?? integerization.model }
  /// The proof that its multiplications are on integers; `nil` when one is not.
  public var proof: IntegerGraph? { integerOnly?.proof.program ?? integerization.proof }
  /// What became of every multiplication.
  public var coverage: Coverage { integerization.coverage }

  /// - Parameters:
  ///   - model: the model as it was read.
  ///   - options: how it becomes a program.
  ///   - calibration: images, or samples, that choose the streams of an integer-only program; `nil` for
  ///     proven ranges.
  ///   - threads: how many images are in work at a time.
  ///   - progress: told how many images are done.
  /// - Throws: what `Integerization` and `IntegerOnlyProgram` throw; `EvaluationError` when the model
  ///   does not say how an image becomes its input; `CalibrationError` for images that show nothing.
  public init(
    _ model: Model,
    _ options: ProgramOptions = ProgramOptions(),
    calibration: DataSet? = nil,
    threads: Int = 1,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    try self.init(model, options, threads: threads, progress: progress) { integerization in
      guard let calibration else { return CalibrationSamples([]) }
      return try integerization.source.checkedSamples(of: calibration, threads: threads)
    }
  }

  /// - Parameters:
  ///   - model: the model as it was read.
  ///   - options: how it becomes a program.
  ///   - samples: inputs of the model that choose the streams of an integer-only program.
  ///   - threads: how many samples are in work at a time.
  ///   - progress: told how many samples are done.
  /// - Throws: what `Integerization` and `IntegerOnlyProgram` throw.
  init(
    _ model: Model,
    _ options: ProgramOptions,
    samples: CalibrationSamples,
    threads: Int,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws {
    try self.init(model, options, threads: threads, progress: progress) { _ in samples }
  }

  private init(
    _ model: Model,
    _ options: ProgramOptions,
    threads: Int,
    progress: (@Sendable (Int) -> Void)?,
    samples: (Integerization) throws -> CalibrationSamples
  ) throws {
    let integerization = try model.integerized(options.reordering)
    self.integerization = integerization
    guard case .integer(let nonlinear) = options.nonlinear, integerization.proof != nil else {
      integerOnly = nil
      return
    }
    integerOnly = try IntegerOnlyProgram(
      integerization,
      nonlinear,
      calibration: try samples(integerization),
      threads: threads,
      progress: progress
    )
  }
}
