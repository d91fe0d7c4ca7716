/// An IDX file of unsigned bytes, gzipped or not: the format of MNIST and its relatives.
///
/// The layout is: two zero bytes, the element type (8 = unsigned byte), the rank, each extent as a
/// big-endian u32, the elements in C order.
public struct IDXFile: Sendable {
  /// The most bytes that a file may hold after inflation.
  public static let sizeLimit = 1 << 30

  public let path: String
  /// The dimensions, outermost first: `[images, rows, columns]` or `[labels]`.
  public let shape: [Int]
  public let bytes: [UInt8]

  /// Reads the file at `path`; whether it is gzipped is seen from its content.
  ///
  /// - Throws: `DataError` when the file is unreadable, cut short, longer than its shape says, not
  ///   of unsigned bytes, or larger than `limit` bytes.
  public init(contentsOf path: String, limit: Int = sizeLimit) throws(DataError) {
    var content = try readFile(path, limit: limit)
    if Gzip.isGzip(content) {
      content = try Gzip.inflate(content, file: path, limit: limit)
    }
    let shape = try idxShape(of: content, file: path)
    let start = 4 + 4 * shape.count
    guard let count = StorageType.u8.byteCount(ofShape: shape) else {
      throw .malformed(file: path, what: "IDX shape", expected: "below 2⁶³", found: "\(shape)")
    }
    let available = content.count - start
    guard available >= count else {
      throw .truncated(file: path, what: "IDX data", expected: count, found: available)
    }
    guard available == count else {
      let expected = "\(count) bytes for shape \(shape)"
      throw .malformed(file: path, what: "IDX data", expected: expected, found: "\(available)")
    }
    content.removeFirst(start)
    self.path = path
    self.shape = shape
    self.bytes = content
  }

  /// The number of items: the outermost extent.
  public var count: Int { shape[0] }

  /// The bytes of item `index`: one image, or one label.
  ///
  /// - Precondition: `index` is in `0..<count`.
  public func item(_ index: Int) -> ArraySlice<UInt8> {
    precondition((0..<count).contains(index), "item \(index) of \(count)")
    let size = bytes.count / count
    return bytes[index * size..<(index + 1) * size]
  }
}

private func idxShape(of content: [UInt8], file: String) throws(DataError) -> [Int] {
  guard content.count >= 4 else {
    throw .truncated(file: file, what: "IDX header", expected: 4, found: content.count)
  }
  guard content[0] == 0, content[1] == 0, content[3] > 0 else {
    let found = "\(content.prefix(4))"
    throw .malformed(file: file, what: "IDX magic", expected: "[0, 0, type, rank]", found: found)
  }
  guard content[2] == 8 else {
    let found = "type \(content[2])"
    throw .unsupported(
      file: file,
      what: "IDX element type",
      expected: "8, unsigned byte",
      found: found
    )
  }
  let end = 4 + 4 * Int(content[3])
  guard content.count >= end else {
    throw .truncated(file: file, what: "IDX header", expected: end, found: content.count)
  }
  return stride(from: 4, to: end, by: 4).map { start in
    content[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
  }
}
