import IntaglioData
public import IntaglioRewrite

extension Classifier {
  /// Opens a model by its name, as every command does: the stored plan where there is one and no other
  /// arithmetic was asked for.
  ///
  /// - Parameters:
  ///   - name: `[ARITHMETIC:]NAME`: a file, a model folder, the demo or an architecture.
  ///   - options: how it becomes a program.
  /// - Throws: `ModelSourceError` when there is no such model or two arithmetics are asked for; what reading
  ///   the model, `Program` and `Engine` throw.
  public init(opening name: String, _ options: ClassifierOptions = ClassifierOptions()) throws {
    let source = try ModelSource(name)
    if let own = source.arithmetic, let asked = options.arithmetic, own != asked {
      throw ModelSourceError.contradiction(source.text, asked.rawValue)
    }
    let arithmetic = options.arithmetic ?? source.arithmetic
    let opened = try source.open(configuration: options.configuration, logits: options.logits)
    if arithmetic == nil || arithmetic == .integer, let planned = try opened.plan() {
      try self.init(planned, opened, threads: options.threads)
      return
    }
    let chosen = try opened.choose(
      arithmetic,
      calibration: options.calibration.map {
        try DataSet.calibrating($0, limit: options.calibrationLimit)
      },
      threads: options.threads
    )
    try self.init(chosen, threads: options.threads)
  }

  /// What is proved of the program.
  ///
  /// A stored plan does not hold its graph; it is read from the file now, which takes longer than opening
  /// the plan.
  ///
  /// - Throws: what reading the model throws.
  public func facts() throws -> ProgramFacts {
    let model = try stored?.model().withProofOfIntegersOnly() ?? model
    return ProgramFacts(
      arithmetic: model.program.isIntegerOnly ? .integerOnly : arithmetic,
      coverage: Coverage(model.graph)
    )
  }
}

/// What is proved of a program.
public struct ProgramFacts: Sendable {
  /// What it runs in: `integerOnly` where nothing but integers stands between the quantized image and the
  /// logits.
  public let arithmetic: Arithmetic
  /// What became of every matrix multiplication.
  public let coverage: Coverage
}
