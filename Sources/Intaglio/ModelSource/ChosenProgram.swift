public import IntaglioData
import IntaglioGraph
public import IntaglioRewrite

/// A model, and what of it runs in which arithmetic.
public struct ChosenProgram: Sendable {
  /// The model as it was read.
  public let model: Model
  /// What runs: the model itself, or its integer program.
  public let program: Model
  public let arithmetic: Arithmetic
  /// Why it is not an integer program where nothing was asked for.
  public let note: String?
}

extension OpenedModel {
  /// What of the model runs.
  ///
  /// - Parameters:
  ///   - arithmetic: what was asked for; `nil` for integers where every multiplication can be on them, else
  ///     float32.
  ///   - reordering: how the scales are moved.
  ///   - integers: how integers take the place of floats.
  ///   - calibration: images that choose the streams of an integer-only program.
  ///   - threads: how many images are in work at a time.
  ///   - progress: told how many images are done.
  /// - Returns: the model and its program.
  /// - Throws: `ProgramError.notInteger` where integers were asked for and a multiplication stays real;
  ///   what reading the model and `Program` throw.
  public func choose(
    _ arithmetic: Arithmetic?,
    reordering: Pipeline.Options = Pipeline.Options(),
    integers: IntegerOnlyOptions = IntegerOnlyOptions(),
    calibration: DataSet? = nil,
    threads: Int = 1,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws -> ChosenProgram {
    let model = try model()
    if let arithmetic, !arithmetic.isInteger {
      return ChosenProgram(model: model, program: model, arithmetic: arithmetic, note: nil)
    }
    let options = ProgramOptions(
      arithmetic ?? .integer,
      reordering: reordering,
      integers: integers
    )
    let built = try program(of: model, options, calibration, threads, progress)
    if built.proof != nil {
      let program = built.model.withProofOfIntegersOnly()
      return ChosenProgram(
        model: model,
        program: program,
        arithmetic: program.program.isIntegerOnly ? .integerOnly : .integer,
        note: nil
      )
    }
    let error = notInteger(built, calibration: calibration?.directory)
    guard arithmetic == nil else { throw error }
    return ChosenProgram(
      model: model,
      program: model,
      arithmetic: .float32,
      note: "\(error.sentence); running in float32 (--arithmetic float32)"
    )
  }
}

extension ProgramOptions {
  /// How a model becomes a program for `arithmetic`, which is one of integers.
  public init(
    _ arithmetic: Arithmetic,
    reordering: Pipeline.Options = Pipeline.Options(),
    integers: IntegerOnlyOptions = IntegerOnlyOptions()
  ) {
    self.init(
      reordering: reordering,
      nonlinear: arithmetic == .integerOnly ? .integer(integers) : .float
    )
  }
}

extension Model {
  /// The same model with the proof that nothing but integers is left, where a file held such a program.
  func withProofOfIntegersOnly() -> Model {
    guard case .integer(let proof) = program, proof.graph.hasIntegerOperations,
      let integers = try? IntegerOnlyGraph(verifying: proof)
    else { return self }
    return with(.integerOnly(integers))
  }
}

extension ModelProgram {
  var isIntegerOnly: Bool {
    if case .integerOnly = self { true } else { false }
  }
}
