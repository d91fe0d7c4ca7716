public import ArgumentParser
import Intaglio
import IntaglioData
import IntaglioImport
import IntaglioRewrite

/// Which model.
struct ModelOptions: ParsableArguments {
  @Argument(help: "ONNX, safetensors (timm or Q-ViT) or packed model.", completion: .file())
  var model: String

  @Option(
    help: """
      A JSON file with what the weights cannot tell: "mean", "std", "input_size", "crop_pct", \
      "interpolation", "classes", "num_heads". Without it, NAME.json or config.json beside the model.
      """,
    completion: .file()
  )
  var config: String?

  @OptionGroup var answers: LogitsOptions

  func load() throws -> Model { try load(ModelFile(path: model)) }

  /// The model of a file that is open already.
  func load(_ file: ModelFile) throws -> Model {
    try Model(file, configuration: config, logits: answers.logits)
  }
}

/// Which output holds the answers.
struct LogitsOptions: ParsableArguments {
  @Option(
    help: """
      The output that holds the logits; when absent the only one, the one called 'logits', or the only \
      one that has a row for every image. A packed model keeps it.
      """
  )
  var logits: String?
}

/// How the scales are moved.
struct ReorderingOptions: ParsableArguments {
  @Flag(
    help: """
      Absorb scales that vary along the contraction axis into weights re-expressed in at most \
      8 bits. Bounded, not exact; the bound is stated per layer.
      """
  )
  var absorbScales = false

  @Option(
    help: """
      What runs between the multiplications: 'float' (softmax, LayerNorm, GELU and the residual \
      stream in float32) or 'integer' (nothing but integers from the quantized image to the \
      logits). (default: float; integer where 'bench' makes the model itself)
      """
  )
  var nonlinear: Nonlinear?

  @OptionGroup var integers: IntegerOnlyArguments

  func validate() throws {
    if nonlinear != .integer, let name = integers.given {
      throw ValidationError("\(name) says how integers replace floats; add --nonlinear integer")
    }
  }

  /// Whether nothing was asked for, so that a program may run as it was stored.
  var isDefault: Bool { !absorbScales && nonlinear == nil }

  var pipeline: Pipeline.Options { Pipeline.Options(absorbContractionScales: absorbScales) }

  /// How a model becomes a program where nothing is said of what runs between the multiplications.
  func options(otherwise nonlinear: Nonlinear = .float) -> ProgramOptions {
    let isInteger = (self.nonlinear ?? nonlinear) == .integer
    return ProgramOptions(
      reordering: pipeline,
      nonlinear: isInteger ? .integer(integers.options) : .float
    )
  }

  /// The program of `model`, with progress on the terminal.
  func program(_ model: Model, threads: Int) throws -> Program {
    let options = options()
    guard nonlinear == .integer, let images = try integers.images() else {
      return try Program(model, options, threads: threads)
    }
    let bar = ProgressBar("calibrating", total: images.count)
    defer { bar.finish() }
    return try Program(model, options, calibration: images, threads: threads) { bar.update($0) }
  }
}

/// Whether the report is JSON.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print the report as JSON.")
  var json = false
}

/// How many threads run.
struct ThreadOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help:
      "How many threads run; as many as there are cores when absent, and 64 or 8 for each core at most."
  )
  var threads: Int?

  /// More threads than that only wait for each other.
  static let limit = max(8 * Engine.coreCount, 64)

  mutating func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads: expected at least 1, found \(threads)")
    }
    if let threads, threads > Self.limit {
      StandardError.write("note: --threads: \(threads) are more than help; \(Self.limit) run")
      self.threads = Self.limit
    }
  }

  var count: Int { threads ?? Engine.coreCount }
}

extension Engine.Kind: ExpressibleByArgument {}
extension DataSet.Split: ExpressibleByArgument {}
