import ArgumentParser
import Intaglio

/// Which model.
struct ModelOptions: ParsableArguments {
  @Argument(
    help: """
      A file (ONNX, safetensors of timm or Q-ViT, packed), a model folder with config.json, 'demo:BITS', or \
      an architecture such as 'deit-s:3', whose weights are drawn from a seed.
      """,
    completion: .file()
  )
  var model: String

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var architecture: ArchitectureOptions

  func validate() throws { _ = try source }

  /// - Throws: `ValidationError` for a name that means nothing.
  var source: ModelSource {
    get throws {
      // Beside a folder with hardware, dimensions are of the program that it was made from.
      let dimensions =
        HardwareFolder.isDesign(model) ? ArchitectureDimensions() : architecture.dimensions
      return try ModelSource(argument: model, dimensions: dimensions)
    }
  }

  func open() throws -> OpenedModel {
    try source.open(configuration: settings.config, logits: settings.logits)
  }

  /// Refuses an arithmetic other than those `expected`, of which `job` says why.
  func require(_ expected: [Arithmetic] = [], job: String) throws {
    let source = try source
    guard let found = source.arithmetic, !expected.contains(found) else { return }
    let error = ModelSourceError.arithmetic(found, name: source.text, job: job, expected: expected)
    throw ValidationError("\(error)")
  }
}

extension ModelSource {
  /// What an argument names.
  ///
  /// - Throws: `ValidationError` for a name that means nothing.
  init(
    argument: String,
    dimensions: ArchitectureDimensions = ArchitectureDimensions()
  ) throws {
    do throws(ModelSourceError) {
      try self.init(argument, dimensions: dimensions)
    } catch {
      throw ValidationError("\(error)")
    }
  }
}
