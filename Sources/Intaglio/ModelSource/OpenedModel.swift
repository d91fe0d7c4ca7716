import Foundation
public import IntaglioData
import IntaglioDemo
import IntaglioGraph
import IntaglioImport
import IntaglioQuantize
public import IntaglioRuntime

/// A source that is open: it gives the model, its stored plan and its program.
///
/// The file is opened once.
public struct OpenedModel: Sendable {
  public let source: ModelSource
  private let content: Content
  private var configuration: String?
  private let logits: String?

  private enum Content: Sendable {
    case file(ModelFile)
    case architecture(ViTArchitecture)
  }

  fileprivate init(_ source: ModelSource, configuration: String?, logits: String?) throws {
    self.source = source
    (self.configuration, self.logits) = (configuration, logits)
    switch source.place {
    case .file(let path): content = .file(try Self.file(path))
    case .folder(let path): content = .file(try ModelFile(path: ModelFolder(path: path).model()))
    case .demo(let bits): content = .file(try ModelFile(path: DemoModel.path(bits: bits)))
    case .architecture(let architecture): content = .architecture(architecture)
    case .record: throw ModelSourceError.record(name: source.text)
    }
    if let configuration, source.isBuiltIn {
      throw ModelSourceError.configured(name: source.name, configuration: configuration)
    }
  }

  private static func file(_ path: String) throws -> ModelFile {
    // What does not look like a path may be an architecture, misspelt.
    if !path.contains("/"), !path.contains("."), !FileManager.default.fileExists(atPath: path) {
      throw ModelSourceError.unknown(name: path)
    }
    return try ModelFile(path: path)
  }

  /// Why `program` of this model is none of integers, with the command that would make one.
  ///
  /// - Parameters:
  ///   - program: what became of the model.
  ///   - calibration: the folder of calibration images, where one was given.
  ///   - output: the file to write, where one was given.
  /// - Returns: the error that says so.
  public func notInteger(
    _ program: Program,
    calibration: String? = nil,
    output: String? = nil
  ) -> ProgramError {
    var command = QuantizeCommandLine(model: source.name, calibration: calibration, output: output)
    (command.configuration, command.logits) = (configuration, logits)
    return .notInteger(program, command)
  }

  /// Whether the file holds a program that Intaglio saved.
  var isPacked: Bool {
    if case .file(let file) = content { file.format == .packed } else { false }
  }

  /// The same with settings of its own.
  func with(configuration: String?) -> OpenedModel {
    var copy = self
    copy.configuration = configuration
    return copy
  }

  /// The model as it was read; the weights of an architecture are drawn from seed 1.
  ///
  /// - Throws: `ImportError`, `ExportError` or `LogitsError`; `MemoryError` for an architecture that is
  ///   larger than memory.
  public func model() throws -> Model {
    switch content {
    case .file(let file):
      return try Model(file, configuration: configuration, logits: logits)
    case .architecture(let architecture):
      var model = try Model(architecture)
      if let logits { try model.choose(logits: logits) }
      return model
    }
  }

  /// The stored plan, ready to run; `nil` where there is none for `kernels`, or settings were given that
  /// its program does not know.
  ///
  /// - Throws: as `PlannedModel`.
  public func plan(kernels: KernelTable = KernelTable()) throws -> PlannedModel? {
    guard case .file(let file) = content, configuration == nil,
      var planned = try PlannedModel(file, kernels: kernels)
    else { return nil }
    if let logits { planned.description.logits = logits }
    return planned
  }

  /// What becomes of the model.
  ///
  /// - Parameters:
  ///   - options: how it becomes a program.
  ///   - calibration: images that choose the streams of an integer-only program; without them they are
  ///     random ones for an architecture, and ranges are proved otherwise.
  ///   - threads: how many images are in work at a time.
  ///   - progress: told how many images are done.
  /// - Returns: the program, or the multiplications that keep it from being one.
  /// - Throws: what reading the model and `Program` throw.
  public func program(
    _ options: ProgramOptions = ProgramOptions(),
    calibration: DataSet? = nil,
    threads: Int = 1,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws -> Program {
    try program(of: model(), options, calibration, threads, progress)
  }

  func program(
    of model: Model,
    _ options: ProgramOptions,
    _ calibration: DataSet?,
    _ threads: Int,
    _ progress: (@Sendable (Int) -> Void)?
  ) throws -> Program {
    guard calibration == nil, case .architecture(let architecture) = content else {
      return try Program(
        model,
        options,
        calibration: calibration,
        threads: threads,
        progress: progress
      )
    }
    return try Program(
      model,
      options,
      samples: CalibrationSamples(architecture.calibration(seed: 1)),
      threads: threads
    )
  }
}

extension ModelSource {
  /// Opens what is named.
  ///
  /// - Parameters:
  ///   - configuration: a JSON file with the model metadata that weights lack, instead of those beside a file.
  ///   - logits: the name of the output that holds the logits, where there are several.
  /// - Returns: the open source; weights are not read.
  /// - Throws: `ModelSourceError` when there is no model of that name; `ImportError` when its file cannot
  ///   be read or is of no known format.
  public func open(configuration: String? = nil, logits: String? = nil) throws -> OpenedModel {
    try OpenedModel(self, configuration: configuration, logits: logits)
  }
}
