public import IntaglioData

/// How images and arrays become one sample of a model, with every extent compared.
struct ModelInput: Sendable {
  /// The extents of one sample, without the batch: `[channels, height, width]` for an image.
  let shape: [Int]

  /// The sample that `preprocessing` makes of `image`; `name` is the image's in messages.
  ///
  /// - Throws: `EvaluationError.inputShape` when it has another shape; what the preprocessing throws.
  func sample(
    _ image: Image,
    _ preprocessing: Preprocessing,
    name: String
  ) throws -> [Float] {
    let size = preprocessing.outputSize(
      for: Preprocessing.Size(width: image.width, height: image.height)
    )
    try check([preprocessing.channels, size.height, size.width], of: name, isImage: true)
    return try preprocessing.apply(to: image)
  }

  /// Image `index` of `data` as a sample.
  ///
  /// - Throws: `DataError` when it cannot be read; as for an image.
  func sample(_ data: DataSet, _ index: Int, _ preprocessing: Preprocessing) throws -> [Float] {
    try sample(data.image(at: index), preprocessing, name: data.name(at: index))
  }

  /// The elements of an array that already is a sample; leading extents of 1 do not matter.
  ///
  /// - Throws: `EvaluationError.inputShape`; `DataError` for elements that are no numbers of at most
  ///   16 bits or reals.
  func sample(_ array: NPYFile) throws -> [Float] {
    try check(array.shape, of: array.path, isImage: false)
    return try array.floats()
  }

  private func check(
    _ found: [Int],
    of name: String,
    isImage: Bool
  ) throws(EvaluationError) {
    guard found.trimmed != shape.trimmed else { return }
    throw .inputShape(name: name, expected: shape, found: found, isImage: isImage)
  }
}

extension Model {
  /// Image `index` of `data` as the model's input.
  ///
  /// - Throws: `DataError` when it cannot be read, `EvaluationError` when it does not fit.
  public func sample(_ data: DataSet, at index: Int) throws -> [Float] {
    let shape = graph.inputs.first.map { Array(graph.type(of: $0).shape.dropFirst()) } ?? []
    return try ModelInput(shape: shape).sample(data, index, preprocessing())
  }
}

extension [Int] {
  /// The extents without leading ones.
  fileprivate var trimmed: [Int] { Array(drop { $0 == 1 }) }
}
