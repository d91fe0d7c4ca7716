import IntaglioData
import IntaglioGraph

extension OpenedModel {
  /// Inputs of the whole model: images of its own for the demo, those of `folder`, or noise without one.
  ///
  /// - Parameters:
  ///   - count: how many, at most.
  ///   - model: the model or its program.
  ///   - folder: a data set.
  ///   - seed: of the noise.
  /// - Returns: one array each.
  /// - Throws: `DataError` for images that cannot be read, `EvaluationError` when they do not fit.
  public func samples(
    _ count: Int,
    of model: Model,
    in folder: String?,
    seed: UInt64 = 1
  ) throws -> [[Float]] {
    if case .demo = source.place {
      let preprocessing = try model.preprocessing()
      return try Demo(count: count).images().images.map { try preprocessing.apply(to: $0) }
    }
    if let folder {
      let images = try DataSet.open(directory: folder, split: .test, limit: count)
      let samples = try (0..<images.count).map { try model.sample(images, at: $0) }
      return try model.passes(of: samples)
    }
    let size = model.graph.inputs.first.map { model.graph.type(of: $0).count } ?? 0
    return (0..<count).map { RandomImages.draw(1, size: size, seed: seed + UInt64($0)) }
  }
}
