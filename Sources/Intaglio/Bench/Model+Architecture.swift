public import IntaglioImport
import IntaglioRewrite

extension Model {
  /// The model of an architecture, its weights drawn from a seed.
  ///
  /// - Throws: `ImportError`.
  public init(_ architecture: ViTArchitecture, seed: UInt64 = 1) throws {
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
  /// How many random images choose the streams.
  private static let calibrationCount = 4

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
    let size = architecture.inputCount
    // Weights as they are drawn, as codes, and packed.
    try MemoryBudget.system.check(
      architecture.parameterCount.saturatingProduct(12),
      for: "making \(architecture.title)"
    )
    let images = RandomImages.draw(Self.calibrationCount, size: size, seed: ~seed)
    try self.init(
      try Model(architecture, seed: seed),
      options,
      samples: (0..<Self.calibrationCount).map { Array(images[$0 * size..<($0 + 1) * size]) },
      threads: threads
    )
  }
}
