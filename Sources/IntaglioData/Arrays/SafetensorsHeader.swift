/// The parsed JSON header of a safetensors file.
///
/// Parsed by hand, not by a JSON library: a repeated name has to be an error, an offset has to be
/// exact, and a message has to say at which byte.
struct SafetensorsHeader {
  /// One tensor; `range` counts bytes from the start of the data.
  struct Entry {
    let name: String
    let type: StorageType
    let shape: [Int]
    let range: Range<Int>

    /// Whether this is a filler between aligned tensors, as `SafetensorsFile.write` inserts it.
    var isPadding: Bool {
      name.hasPrefix(SafetensorsHeader.paddingPrefix) && type == .u8
        && range.count < SafetensorsFile.alignment
    }
  }

  static let paddingPrefix = "__padding."
  static let metadataKey = "__metadata__"

  private(set) var metadata: [String: String] = [:]
  /// In the order of the data.
  private(set) var entries: [Entry] = []

  /// Parses `text`, which may end in spaces.
  ///
  /// - Throws: `DataError.malformed` with the byte of the header where it stops making sense.
  init(_ text: [UInt8], file: String) throws(DataError) {
    var scanner = ByteScanner(text, file: file, subject: "safetensors header")
    var seen: Set<String> = []
    try scanner.members { scanner, name throws(DataError) in
      guard seen.insert(name).inserted else {
        throw scanner.failure(expected: "each name once ('\(name)' stands twice) before here")
      }
      if name == Self.metadataKey {
        metadata = try scanner.strings()
      } else {
        entries.append(try scanner.entry(name))
      }
    }
    scanner.skipSpace()
    guard scanner.next == nil else { throw scanner.failure(expected: "the end of the header") }
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
  }

  /// Checks that the entries cover `dataCount` bytes without overlap or hole.
  func checkCoverage(dataCount: Int, file: String) throws(DataError) {
    var position = 0
    for entry in entries {
      guard entry.range.upperBound <= dataCount else {
        let end = entry.range.upperBound
        throw .truncated(
          file: file,
          what: "data of '\(entry.name)'",
          expected: end,
          found: dataCount
        )
      }
      guard entry.range.lowerBound == position else {
        throw .malformed(
          file: file,
          what: "data_offsets of '\(entry.name)'",
          expected: "a start at \(position), where the tensor before it ends",
          found: "\(entry.range.lowerBound)"
        )
      }
      position = entry.range.upperBound
    }
    guard position == dataCount else {
      throw .malformed(
        file: file,
        what: "safetensors data",
        expected: "\(position) bytes, as the header says",
        found: "\(dataCount)"
      )
    }
  }
}

extension ByteScanner {
  /// Takes a JSON object; `body` takes the value of each member.
  fileprivate mutating func members(
    _ body: (inout ByteScanner, String) throws(DataError) -> Void
  ) throws(DataError) {
    try expect("{")
    if take("}") { return }
    repeat {
      let name = try jsonString("a name")
      try expect(":")
      try body(&self, name)
    } while take(",")
    try expect("}")
  }

  /// Takes an object whose values are strings.
  fileprivate mutating func strings() throws(DataError) -> [String: String] {
    var result: [String: String] = [:]
    try members { scanner, key throws(DataError) in
      let value = try scanner.jsonString("the value of '\(key)'")
      guard result.updateValue(value, forKey: key) == nil else {
        throw scanner.failure(expected: "each key once ('\(key)' stands twice) before here")
      }
    }
    return result
  }

  /// Takes `{"dtype": …, "shape": […], "data_offsets": […]}`.
  fileprivate mutating func entry(_ name: String) throws(DataError) -> SafetensorsHeader.Entry {
    var type: StorageType?
    var shape: [Int]?
    var offsets: [Int]?
    try members { scanner, key throws(DataError) in
      switch key {
      case "dtype" where type == nil: type = try scanner.storageType(of: name)
      case "shape" where shape == nil: shape = try scanner.integers("an extent of '\(name)'")
      case "data_offsets" where offsets == nil:
        offsets = try scanner.integers("an offset of '\(name)'")
      default:
        throw scanner.failure(
          expected: "dtype, shape and data_offsets of '\(name)' once each ('\(key)' before here)"
        )
      }
    }
    guard let type, let shape, let offsets else {
      throw failure(expected: "dtype, shape and data_offsets of '\(name)' before here")
    }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw failure(expected: "data_offsets [begin, end] of '\(name)' before here")
    }
    let range = offsets[0]..<offsets[1]
    guard let byteCount = type.byteCount(ofShape: shape), byteCount == range.count else {
      throw .malformed(
        file: file,
        what: "tensor '\(name)'",
        expected: "data_offsets that fit \(type.rawValue) \(shape)",
        found: "\(range.count) bytes"
      )
    }
    return SafetensorsHeader.Entry(name: name, type: type, shape: shape, range: range)
  }

  private mutating func storageType(of name: String) throws(DataError) -> StorageType {
    let text = try jsonString("the dtype of '\(name)'")
    guard let type = StorageType(rawValue: text) else {
      throw .unsupported(
        file: file,
        what: "the dtype of '\(name)'",
        expected: "one of \(StorageType.allCases.map(\.rawValue).joined(separator: " "))",
        found: text
      )
    }
    return type
  }

  private mutating func integers(_ what: String) throws(DataError) -> [Int] {
    try expect("[")
    var result: [Int] = []
    if take("]") { return result }
    repeat { result.append(try integer(what)) } while take(",")
    try expect("]")
    return result
  }
}
