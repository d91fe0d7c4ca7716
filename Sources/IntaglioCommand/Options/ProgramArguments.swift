public import ArgumentParser
public import Intaglio

/// Which model answers, in which arithmetic, and how it becomes a program.
struct ProgramArguments: ParsableArguments {
  @OptionGroup var model: ModelOptions

  @Option(
    name: [.customLong("arithmetic"), .customLong("engine")],
    help: """
      float32 (dequantize, then multiply), oracle (the same in float64), integer (multiplications on \
      integers, float32 between them) or integer-only (nothing but integers from the quantized image to \
      the logits); the same as 'ARITHMETIC:' before the model.
      """
  )
  var arithmetic: Arithmetic?

  @Option(help: "Older: 'integer' is --arithmetic integer-only, 'float' is --arithmetic integer.")
  var nonlinear: Nonlinear?

  @OptionGroup var reordering: ReorderingOptions
  @OptionGroup var integers: IntegerOnlyArguments
  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    if try asked() != .integerOnly, let name = integers.given {
      throw ValidationError(
        "\(name) says how integers replace floats; add --arithmetic integer-only"
      )
    }
  }

  /// Refuses an arithmetic other than those `expected`, of which `job` says why.
  func require(_ expected: [Arithmetic], job: String) throws {
    guard let found = try asked(), !expected.contains(found) else { return }
    let name = model.model
    let error = ModelSourceError.arithmetic(found, name: name, job: job, expected: expected)
    throw ValidationError("\(error)")
  }

  /// The arithmetic that was asked for, `nil` where none was.
  ///
  /// - Throws: `ValidationError` where two are.
  func asked() throws -> Arithmetic? {
    let source = try model.source
    var option = arithmetic.map { ($0, "--arithmetic \($0.rawValue)") }
    if let nonlinear {
      let word = nonlinear.arithmetic
      // '--engine integer --nonlinear integer' always meant integers only.
      if let option, option.0 != word, option.0 != .integer {
        throw contradiction(option.1, "--nonlinear \(nonlinear.rawValue)")
      }
      option = (word, "--nonlinear \(nonlinear.rawValue)")
    }
    if let prefix = source.arithmetic, let option, prefix != option.0 {
      throw contradiction(source.text, option.1)
    }
    return source.arithmetic ?? option?.0
  }

  private func contradiction(_ one: String, _ other: String) -> ValidationError {
    ValidationError("\(ModelSourceError.contradiction(one, other))")
  }
}

extension ProgramArguments {
  func open() throws -> OpenedModel { try model.open() }

  /// The stored plan, where there is one and nothing was asked for that it does not know.
  func plan(
    _ opened: OpenedModel,
    kernels: KernelTable = KernelTable()
  ) throws -> PlannedModel? {
    let asked = try asked()
    guard asked == nil || asked == .integer, nonlinear == nil, !reordering.isGiven
    else { return nil }
    return try opened.plan(kernels: kernels)
  }

  /// What answers: from the stored plan where nothing else was asked for.
  func makeClassifier() throws -> Classifier {
    let opened = try open()
    if let planned = try plan(opened) {
      return try Classifier(planned, opened, threads: threads.count)
    }
    return try Classifier(choose(opened), threads: threads.count)
  }

  /// What runs, with progress on the terminal.
  ///
  /// - Throws: `ProgramError` where integers were asked for and a multiplication stays real.
  func choose(_ opened: OpenedModel) throws -> ChosenProgram {
    let asked = try asked()
    let chosen = try calibrated(asked) { images, progress in
      try opened.choose(
        asked,
        reordering: reordering.pipeline,
        integers: integers.options,
        calibration: images,
        threads: threads.count,
        progress: progress
      )
    }
    StandardError.write(notes: [chosen.note].compactMap { $0 })
    return chosen
  }

  /// What becomes of the model, with progress on the terminal; in the arithmetic `otherwise` where none
  /// was asked for.
  func make(
    _ opened: OpenedModel,
    otherwise: Arithmetic = .integer
  ) throws -> Program {
    let arithmetic = try asked() ?? otherwise
    let program = try calibrated(arithmetic) { images, progress in
      try opened.program(
        ProgramOptions(
          arithmetic,
          reordering: reordering.pipeline,
          integers: integers.options
        ),
        calibration: images,
        threads: threads.count,
        progress: progress
      )
    }
    StandardError.write(notes: reordering.notes(program.integerization.source))
    return program
  }

  /// Why `program` is none of integers, with what would make it one.
  func notInteger(_ program: Program, output: String? = nil) throws -> ProgramError {
    try open().notInteger(program, calibration: integers.calibration, output: output)
  }

  /// What `body` makes of the calibration images, `nil` where there are none or none are needed.
  private func calibrated<Result>(
    _ arithmetic: Arithmetic?,
    _ body: (DataSet?, (@Sendable (Int) -> Void)?) throws -> Result
  ) throws -> Result {
    guard arithmetic == .integerOnly, let images = try integers.images() else {
      return try body(nil, nil)
    }
    let bar = ProgressBar("calibrating", total: images.count)
    defer { bar.finish() }
    return try body(images) { bar.update($0) }
  }
}

/// What `--nonlinear` says: the arithmetic of softmax, LayerNorm, GELU and the residual stream.
enum Nonlinear: String, ExpressibleByArgument, CaseIterable {
  case float, integer

  var arithmetic: Arithmetic {
    switch self {
    case .float: .integer
    case .integer: .integerOnly
    }
  }
}

extension Arithmetic: ExpressibleByArgument {
  public init?(argument: String) { self.init(word: argument) }
}
