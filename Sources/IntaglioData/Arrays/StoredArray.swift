/// A named array of numbers in a mapped file: C order, little-endian.
///
/// Nothing is read until it is asked for. Where the numbers are wanted as another type, the
/// conversion is exact or refused, but for F64 → float32, which rounds to nearest.
public struct StoredArray: Sendable {
  /// The path of the file, for messages.
  public let file: String
  /// The name within the file; for a file of one array its last path component.
  public let name: String
  public let type: StorageType
  /// The dimensions, outermost first; empty for a scalar.
  public let shape: [Int]
  public let bytes: MappedBytes

  /// - Precondition: `bytes` is as long as the type and the shape say.
  package init(file: String, name: String, type: StorageType, shape: [Int], bytes: MappedBytes) {
    precondition(type.byteCount(ofShape: shape) == bytes.count)
    self.file = file
    self.name = name
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }

  /// The number of elements.
  public var count: Int { bytes.count / type.byteCount }

  /// The elements as float32.
  ///
  /// - Throws: `DataError.unsupported` for integers of 32 and 64 bits.
  public func floats() throws(DataError) -> [Float] { try floats(in: 0..<count) }

  /// The elements of `range` as float32.
  ///
  /// - Precondition: `range` lies within the elements.
  /// - Throws: `DataError.unsupported` for integers of 32 and 64 bits.
  public func floats(in range: Range<Int>) throws(DataError) -> [Float] {
    let part = byteRange(range)
    let floats = bytes.withBytes { bytes in type.floats(in: bytes.extracting(part)) }
    guard let floats else { throw mismatch("a float type or an integer of at most 16 bits") }
    return floats
  }

  /// The elements as float64, always exact.
  ///
  /// - Throws: `DataError.unsupported` for integers of 64 bits.
  public func doubles() throws(DataError) -> [Double] { try doubles(in: 0..<count) }

  /// The elements as integers; BOOL is 0 or 1.
  ///
  /// - Throws: `DataError.unsupported` for floats and for a U64 beyond `Int.max`.
  public func integers() throws(DataError) -> [Int] { try integers(in: 0..<count) }

  /// The elements of `range` as float64, always exact.
  ///
  /// - Precondition: `range` lies within the elements.
  /// - Throws: `DataError.unsupported` for integers of 64 bits.
  public func doubles(in range: Range<Int>) throws(DataError) -> [Double] {
    let part = byteRange(range)
    let doubles = bytes.withBytes { bytes in type.doubles(in: bytes.extracting(part)) }
    guard let doubles else { throw mismatch("a float type or an integer of at most 32 bits") }
    return doubles
  }

  /// The elements of `range` as integers; BOOL is 0 or 1.
  ///
  /// - Precondition: `range` lies within the elements.
  /// - Throws: `DataError.unsupported` for floats and for a U64 beyond `Int.max`.
  public func integers(in range: Range<Int>) throws(DataError) -> [Int] {
    let part = byteRange(range)
    let integers = bytes.withBytes { bytes in type.integers(in: bytes.extracting(part)) }
    guard let integers else { throw mismatch("an integer type of at most 64 signed bits") }
    return integers
  }

  private func byteRange(_ range: Range<Int>) -> Range<Int> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count)")
    return range.lowerBound * type.byteCount..<range.upperBound * type.byteCount
  }

  private func mismatch(_ expected: String) -> DataError {
    .unsupported(
      file: file,
      what: "the type of '\(name)' here",
      expected: expected,
      found: type.rawValue
    )
  }
}
