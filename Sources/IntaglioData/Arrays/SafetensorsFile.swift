/// A safetensors file: named arrays in one memory-mapped file, and a dictionary of strings.
///
/// The layout is: the length of the header as a little-endian u64, the header as JSON, the data.
/// Opening parses the header and checks it against the file; the numbers stay on disk until they
/// are asked for. Accepted is only what the format promises: the tensors cover the data from the
/// first byte to the last without overlap or hole, every shape agrees with its range of bytes, and
/// no name stands twice.
public struct SafetensorsFile: Sendable {
  /// The longest header that the format allows, in bytes.
  public static let headerLimit = 100_000_000

  /// The path as the caller gave it.
  public let path: String
  /// The size of the whole file in bytes.
  public let byteCount: Int
  /// The `__metadata__` of the header; empty where there is none.
  public let metadata: [String: String]
  /// The arrays in the order of their data, without the padding that `write` inserts.
  public let tensors: [StoredArray]
  private let positions: [String: Int]

  /// Opens and checks the file at `path`.
  ///
  /// - Throws: `DataError` when the file is unreadable, cut short or breaks a rule of the format.
  public init(contentsOf path: String) throws(DataError) {
    try self.init(MappedFile(path: path), path: path)
  }

  /// Checks a file that is open already; messages call it `path`.
  ///
  /// - Throws: `DataError` when it is cut short or breaks a rule of the format.
  package init(_ file: MappedFile, path: String) throws(DataError) {
    let (text, dataStart) = try headerText(of: file)
    let header = try SafetensorsHeader(text, file: path)
    try header.checkCoverage(dataCount: file.count - dataStart, file: path)

    self.path = path
    self.byteCount = file.count
    self.metadata = header.metadata
    self.tensors = header.entries.filter { !$0.isPadding }.map { entry in
      let range = dataStart + entry.range.lowerBound..<dataStart + entry.range.upperBound
      return StoredArray(
        file: path,
        name: entry.name,
        type: entry.type,
        shape: entry.shape,
        bytes: MappedBytes(file: file, range: range)
      )
    }
    self.positions = Dictionary(
      uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) }
    )
  }

  /// The names in the order of the data.
  public var names: [String] { tensors.map(\.name) }

  public func contains(_ name: String) -> Bool { positions[name] != nil }

  /// The array of that name: its type, its shape and its bytes where they lie.
  ///
  /// - Throws: `DataError.missing`, naming the closest names that are there.
  public func tensor(named name: String) throws(DataError) -> StoredArray {
    if let position = positions[name] { return tensors[position] }
    throw .missing(file: path, what: "tensor '\(name)'", found: namesNear(name))
  }

  /// The elements of a float tensor (or of integers of at most 16 bits) as float32.
  public func floats(named name: String) throws(DataError) -> [Float] {
    try tensor(named: name).floats()
  }

  /// The elements of a tensor as float64, always exact; not for 64-bit integers.
  public func doubles(named name: String) throws(DataError) -> [Double] {
    try tensor(named: name).doubles()
  }

  /// The elements of an integer or BOOL tensor.
  public func integers(named name: String) throws(DataError) -> [Int] {
    try tensor(named: name).integers()
  }

  /// Up to four names that begin most like `name`, for a message.
  private func namesNear(_ name: String) -> String {
    if tensors.isEmpty { return "no tensors" }
    let ranked = names.map { ($0, $0.commonPrefix(with: name)) }.sorted { $0.1 > $1.1 }
    let shown = ranked.prefix(4).map { "'\($0.0)'" }.joined(separator: ", ")
    return "\(tensors.count) tensors, among them \(shown)"
  }
}

extension String {
  fileprivate func commonPrefix(with other: String) -> Int {
    zip(utf8, other.utf8).prefix { $0 == $1 }.count
  }
}

/// The bytes of the JSON header, and where the data begins.
private func headerText(of file: MappedFile) throws(DataError) -> ([UInt8], Int) {
  try file.withBytes { bytes throws(DataError) in
    let subject = "safetensors header"
    guard bytes.byteCount >= 8 else {
      throw .truncated(file: file.path, what: subject, expected: 8, found: bytes.byteCount)
    }
    let stored = UInt64(
      littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
    )
    let limit = SafetensorsFile.headerLimit
    let length = Int(clamping: stored)
    guard length <= limit else {
      throw .tooLarge(file: file.path, what: "\(subject) length", limit: limit, found: length)
    }
    guard length <= bytes.byteCount - 8 else {
      let found = bytes.byteCount - 8
      throw .truncated(file: file.path, what: subject, expected: length, found: found)
    }
    let text = bytes.extracting(8..<8 + length)
    return (text.withUnsafeBytes { [UInt8]($0) }, 8 + length)
  }
}
