public import ArgumentParser
import Intaglio
import IntaglioData
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

  func load() throws -> Model { try Model(contentsOf: model, configuration: config) }
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

  @Option(help: "What runs between the integer blocks. Only 'float' (float32) so far.")
  var nonlinear: Nonlinear = .float

  var pipeline: Pipeline.Options { Pipeline.Options(absorbContractionScales: absorbScales) }
}

/// The arithmetic of softmax, LayerNorm, GELU and the residual stream.
enum Nonlinear: String, ExpressibleByArgument, CaseIterable {
  case float
}

/// Whether the report is JSON.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print the report as JSON.")
  var json = false
}

/// How many threads run.
struct ThreadOptions: ParsableArguments {
  @Option(help: "How many threads run; as many as there are cores when absent.")
  var threads: Int?

  mutating func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads: expected at least 1, found \(threads)")
    }
  }

  var count: Int { threads ?? Engine.coreCount }
}

extension Engine.Kind: ExpressibleByArgument {}
extension DataSet.Split: ExpressibleByArgument {}
