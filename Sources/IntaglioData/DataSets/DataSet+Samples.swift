extension DataSet {
  /// Opens an NPY file of a model's inputs, which go in as they are.
  ///
  /// The array is `[samples, …]`. There are no labels.
  ///
  /// - Throws: `DataError` when the file is unreadable or damaged, or has no axis that counts samples.
  public static func samples(
    inFile path: String,
    limit: Int? = nil
  ) throws(DataError) -> DataSet {
    let file = try NPYFile(contentsOf: path)
    guard file.shape.count > 1, file.shape.allSatisfy({ $0 > 0 }) else {
      throw .malformed(
        file: path,
        what: "array of samples",
        expected: "[samples, …], one sample or more, as [samples, channels, height, width]",
        found: "\(file.shape)"
      )
    }
    let count = min(file.shape[0], limit ?? file.shape[0])
    let items = (0..<count).map { Item(image: .array($0), label: 0, position: $0) }
    return DataSet(directory: path, vocabulary: .none, samples: file, items: items)
  }
}
