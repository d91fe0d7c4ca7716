public import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioRewrite

/// One side of a comparison layer by layer: a model in some arithmetic, or a record of tensors.
public struct ComparisonSide: Sendable {
  /// What the model runs in; `nil` for a record.
  public let arithmetic: Arithmetic?
  /// The file, for messages.
  public let path: String
  let source: Source
  /// What it shows, in the order of computation.
  let probes: [Probe]
  /// The names of the quantizers behind every slot that nothing else reads.
  let quantizersAlone: [Int: [String]]
  /// The dimensions of the same layers in the model as it was written.
  private let written: [Probe.Key: [Int]]

  /// What is known of the model that may change its answers; nothing of a record.
  public var notes: [String] {
    if case .program(let model, _) = source { model.description.notes } else { [] }
  }

  enum Source: Sendable {
    case program(Model, Arithmetic)
    case recording(Recording)
  }

  /// A model in `arithmetic`.
  ///
  /// - Parameters:
  ///   - model: the model as it was read; a packed one is the program that it holds.
  ///   - arithmetic: `nil` for integers where the model is quantized, else float32.
  ///   - options: how an integer program is made.
  ///   - calibration: images for the streams of an integer-only program; `nil` for proven ranges.
  ///   - threads: how many of them are in work at a time.
  /// - Throws: `ComparisonSideError` when there is no such program; what integerization throws.
  public init(
    _ model: Model,
    arithmetic: Arithmetic? = nil,
    _ options: ProgramOptions = ProgramOptions(),
    calibration: DataSet? = nil,
    threads: Int = 1
  ) throws {
    let arithmetic = arithmetic ?? Self.arithmetic(of: model)
    let program =
      switch arithmetic {
      case .float32, .oracle: model
      case .integer: try Self.integerProgram(model, options.reordering)
      case .integerOnly: try Self.integerOnlyProgram(model, options, calibration, threads)
      }
    source = .program(program, arithmetic)
    self.arithmetic = arithmetic
    path = model.path
    let meanings = model.graph.quantizers
    probes = try source.probes(meanings)
    quantizersAlone = source.quantizersAlone
    written = Dictionary(
      try model.graph.probes(meanings, logits: model.description.logits).map {
        ($0.key, $0.dimensions)
      },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// A safetensors file of tensors `NAME.codes`, `NAME.input`, `NAME.output` and `logits`, whose
  /// first axis counts the images of a data set from its beginning.
  ///
  /// - Throws: `ComparisonSideError` when it has none of them; `DataError` when it cannot be read.
  public init(recording path: String) throws {
    source = .recording(try Recording(try SafetensorsFile(contentsOf: path)))
    arithmetic = nil
    self.path = path
    probes = try source.probes([:])
    quantizersAlone = [:]
    written = [:]
  }

  /// What `source` names: a model, or a record of tensors.
  ///
  /// Where it asks for no arithmetic, a packed model is the program that it holds, a quantized model
  /// `integer`, a float model `float32`, and a safetensors file that is no model a record.
  /// - Parameters:
  ///   - source: what to compare.
  ///   - configuration: the JSON file for a model that is not packed.
  ///   - logits: the name of the output that holds the logits, for a model with several.
  ///   - options: how an integer program is made.
  ///   - calibration: images for the streams of an integer-only program; `nil` for proven ranges.
  ///   - threads: how many of them are in work at a time.
  /// - Throws: `ComparisonSideError`, and what opening and reading the source throw.
  public init(
    _ source: ModelSource,
    configuration: String? = nil,
    logits: String? = nil,
    _ options: ProgramOptions = ProgramOptions(),
    calibration: DataSet? = nil,
    threads: Int = 1
  ) throws {
    if case .record(let path) = source.place {
      try self.init(recording: path)
      return
    }
    var opened: OpenedModel
    do {
      opened = try source.open()
    } catch let error as ImportError {
      guard case .file(let path) = source.place,
        let tensors = try? SafetensorsFile(contentsOf: path)
      else { throw error }
      _ = try Recording(tensors)
      guard source.arithmetic == nil else { throw ComparisonSideError.noModel(file: path) }
      try self.init(recording: path)
      return
    }
    // Settings are for the side that has none of its own.
    if !opened.isPacked, !source.isBuiltIn { opened = opened.with(configuration: configuration) }
    var model = try opened.model()
    // The other side may have one output only, with another name.
    if let logits, model.graph.outputs.count > 1 { try model.choose(logits: logits) }
    do {
      try self.init(
        model,
        arithmetic: source.arithmetic,
        options,
        calibration: calibration,
        threads: threads
      )
    } catch ProgramError.notQuantized(let path, let count, var command) {
      (command.model, command.calibration) = (source.name, calibration?.directory)
      command.configuration = configuration
      throw ProgramError.notQuantized(model: path, multiplications: count, command: command)
    }
  }

  /// What it runs in, or that it is a record.
  public var kind: String { arithmetic?.rawValue ?? ModelSource.recorded }

  /// What it is called: its kind and the file.
  public var name: String { "\(kind):\(path)" }

  private static func arithmetic(of model: Model) -> Arithmetic {
    guard model.format == .packed else {
      return model.graph.quantizers.isEmpty ? .float32 : .integer
    }
    if !Coverage(model.graph).blocked.isEmpty { return .float32 }
    return model.graph.hasIntegerOperations ? .integerOnly : .integer
  }

  /// The integer program of a model, or the one that a packed model holds.
  private static func integerProgram(
    _ model: Model,
    _ options: Pipeline.Options
  ) throws -> Model {
    if model.format == .packed, Coverage(model.graph).blocked.isEmpty { return model }
    let result = try model.integerized(options)
    guard result.proof != nil else { throw notInteger(result.coverage, of: model) }
    return result.model
  }

  /// The same without floats.
  private static func integerOnlyProgram(
    _ model: Model,
    _ options: ProgramOptions,
    _ calibration: DataSet?,
    _ threads: Int
  ) throws -> Model {
    if model.graph.hasIntegerOperations { return model }
    var options = options
    if case .float = options.nonlinear { options.nonlinear = .integer(IntegerOnlyOptions()) }
    let program = try Program(model, options, calibration: calibration, threads: threads)
    guard program.proof != nil else { throw notInteger(program.coverage, of: model) }
    return program.model
  }

  private static func notInteger(_ coverage: Coverage, of model: Model) -> any Error {
    guard model.isQuantized else { return ProgramError.notInteger(coverage, of: model) }
    return ComparisonSideError.notInteger(
      model: model.path,
      blocked: coverage.blocked.count,
      of: coverage.total
    )
  }
}

extension ComparisonSide {
  /// How many copies of an image one pass takes; a record has what it has.
  var copies: Int {
    guard case .program(let model, _) = source else { return 1 }
    return (try? model.graph.logits(model.description.logits).batch) ?? 1
  }

  /// The record, `nil` for a program.
  var recording: Recording? {
    switch source {
    case .program: nil
    case .recording(let recording): recording
    }
  }

  /// How many images a record has, `nil` for a program.
  public var recordedImages: Int? { recording?.images }

  /// Checks that a recorded tensor is of the shape, and its codes of the type, that `probe` has.
  ///
  /// A layer of which a law of `other` keeps only a part may be recorded whole.
  func check(
    _ own: Probe,
    against probe: Probe,
    of other: ComparisonSide
  ) throws(ComparisonSideError) {
    guard let recording else { return }
    let name = recording.tensorName(of: own)
    guard own.dimensions == probe.dimensions else {
      if own.dimensions == other.written[probe.key] { return }
      let found = [recording.images] + own.shape
      throw .recordedShape(file: path, tensor: name, expected: probe.dimensions, found: found)
    }
    guard !own.isReal, let grid = probe.grid else { return }
    if let stray = (try? recording.stray(own, outside: grid.type.range)) ?? nil {
      throw .recordedCode(file: path, tensor: name, expected: "\(grid.type)", found: stray)
    }
  }
}

extension ComparisonSide.Source {
  fileprivate func probes(_ meanings: [String: Quantizer]) throws(LogitsError) -> [Probe] {
    switch self {
    case .program(let model, _): try model.graph.probes(meanings, logits: model.description.logits)
    case .recording(let recording): recording.probes
    }
  }

  fileprivate var quantizersAlone: [Int: [String]] {
    switch self {
    case .program(let model, _): model.graph.quantizersAlone
    case .recording: [:]
    }
  }
}

extension Graph {
  /// By the position of every value that named quantizers read and nothing else, their names.
  fileprivate var quantizersAlone: [Int: [String]] {
    var names: [Int: [String]] = [:]
    var others = Set(outputs.map(\.value.index))
    for value in live {
      for operand in self[value].operands {
        if self[value].operation.isQuantize, let name = name(of: value) {
          names[operand.index, default: []].append(name)
        } else {
          others.insert(operand.index)
        }
      }
    }
    return names.filter { !others.contains($0.key) }
  }

  /// Whether integers stand in for what is real between multiplications elsewhere.
  var hasIntegerOperations: Bool {
    live.contains { value in
      if case .integer = self[value].operation { true } else { false }
    }
  }
}
