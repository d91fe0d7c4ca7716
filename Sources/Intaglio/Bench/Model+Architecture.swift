public import IntaglioImport
import IntaglioQuantize
import IntaglioRewrite

extension Model {
  /// The model of an architecture, its weights drawn from a seed.
  ///
  /// - Throws: `MemoryError` when there is not enough memory for it; `ImportError`.
  public init(_ architecture: ViTArchitecture, seed: UInt64 = 1) throws {
    // Weights as they are drawn, as codes, and packed.
    try MemoryBudget.system.check(
      architecture.parameterCount.saturatingProduct(12),
      for: "making \(architecture.title)"
    )
    let model = try architecture.model(seed: seed)
    self.init(
      graph: model.graph,
      description: model.description,
      format: model.format,
      path: architecture.title
    )
  }
}

extension Program {
  /// The program of an architecture, its weights drawn from a seed, its streams chosen on random
  /// images.
  ///
  /// - Throws: what making the model and its program throws.
  public init(
    _ architecture: ViTArchitecture,
    _ options: ProgramOptions,
    seed: UInt64 = 1,
    threads: Int = 1
  ) throws {
    try self.init(
      try Model(architecture, seed: seed),
      options,
      samples: CalibrationSamples(architecture.calibration(seed: seed)),
      threads: threads
    )
  }
}

extension ViTArchitecture {
  /// How many random images choose the streams.
  private static let calibrationCount = 4

  /// The images that choose the streams of the model whose weights follow from `seed`.
  func calibration(seed: UInt64) -> [[Float]] {
    let (count, size) = (Self.calibrationCount, inputCount)
    let images = RandomImages.draw(count, size: size, seed: ~seed)
    return (0..<count).map { Array(images[$0 * size..<($0 + 1) * size]) }
  }
}
