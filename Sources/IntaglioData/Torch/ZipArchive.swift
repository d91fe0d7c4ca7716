/// The entries of a zip archive (APPNOTE 6.3, with zip64) that lie in it as they are, not compressed.
///
/// Nothing is unpacked: an entry is a range of the file. Entries may not overlap, leave the file, stand twice, or
/// have names that lead out of a folder.
struct ZipArchive {
  /// Where the bytes of every entry lie in the file, by name.
  let entries: [String: Range<Int>]

  /// How a zip archive begins.
  static let signature: [UInt8] = Array("PK\u{3}\u{4}".utf8)

  /// - Throws: `DataError` where the archive breaks a rule of the format or compresses its entries.
  init(_ file: MappedFile) throws(DataError) {
    entries = try ZipReader(content: file).entries()
  }
}

private struct ZipReader {
  let content: MappedFile

  private var file: String { content.path }
  private var byteCount: Int { content.count }

  /// The end record has this many bytes and a comment of at most 65,535.
  private static let endLength = 22

  func entries() throws(DataError) -> [String: Range<Int>] {
    let (start, end, count) = try directory()
    var (position, ranges) = (start, [(name: String, range: Range<Int>, header: Int)]())
    var names: Set<String> = []
    for _ in 0..<count {
      let entry = try self.entry(at: &position, directoryEnd: end)
      guard names.insert(entry.name).inserted else {
        throw malformed("each name once", "'\(entry.name.prefix(80))' twice")
      }
      ranges.append(entry)
    }
    ranges.sort { $0.header < $1.header }
    for (entry, next) in zip(ranges, ranges.dropFirst())
    where entry.range.upperBound > next.header {
      throw malformed(
        "entries one after the other",
        "'\(entry.name.prefix(80))' reaching into '\(next.name.prefix(80))'"
      )
    }
    if let last = ranges.last, last.range.upperBound > start {
      throw malformed("entries before the directory", "'\(last.name.prefix(80))' reaching into it")
    }
    return Dictionary(uniqueKeysWithValues: ranges.map { ($0.name, $0.range) })
  }

  // Records

  /// Where the central directory lies, and how many entries it has.
  private func directory() throws(DataError) -> (start: Int, end: Int, count: Int) {
    let length = Self.endLength
    guard byteCount >= length else {
      throw .truncated(file: file, what: "zip archive", expected: length, found: byteCount)
    }
    let last = byteCount - length
    var position = last
    while position >= max(0, last - 65_535) {
      if try number(position, 4) == 0x0605_4B50, try number(position + 20, 2) == last - position {
        return try directory(endRecord: position)
      }
      position -= 1
    }
    throw .truncated(
      file: file,
      what: "zip archive, whose directory stands at its end,",
      expected: byteCount + 1,
      found: byteCount
    )
  }

  private func directory(endRecord: Int) throws(DataError) -> (start: Int, end: Int, count: Int) {
    var count = try number(endRecord + 10, 2)
    var size = try number(endRecord + 12, 4)
    var start = try number(endRecord + 16, 4)
    var limit = endRecord
    // Numbers that do not fit stand in a record of zip64; its place in a locator in front of this one.
    if endRecord >= 20, try number(endRecord - 20, 4) == 0x0706_4B50 {
      let record = try number(endRecord - 12, 8)
      guard record <= endRecord - 20, try number(record, 4) == 0x0606_4B50 else {
        throw malformed("a zip64 record where its locator says", "none at \(record)")
      }
      count = try number(record + 32, 8)
      size = try number(record + 40, 8)
      start = try number(record + 48, 8)
      limit = record
    }
    guard start <= limit, size <= limit - start else {
      throw malformed("a directory within the file", "\(size) bytes from \(start) on")
    }
    // An entry of the directory has 46 bytes at least.
    guard count <= size / 46 else {
      throw malformed("\(count) entries in the directory", "\(size) bytes")
    }
    return (start, start + size, count)
  }

  private func entry(
    at position: inout Int,
    directoryEnd: Int
  ) throws(DataError) -> (name: String, range: Range<Int>, header: Int) {
    let start = position
    guard try number(start, 4) == 0x0201_4B50 else {
      throw malformed("an entry of the directory at \(start)", "something else")
    }
    let (flags, method) = (try number(start + 8, 2), try number(start + 10, 2))
    let lengths = (
      name: try number(start + 28, 2), extra: try number(start + 30, 2),
      comment: try number(start + 32, 2)
    )
    let name = try text(start + 46, lengths.name)
    position = start + 46 + lengths.name + lengths.extra + lengths.comment
    guard position <= directoryEnd else {
      throw malformed("a directory of \(directoryEnd) bytes", "'\(name.prefix(80))' beyond it")
    }
    guard Self.isSafe(name) else {
      throw malformed("names within a folder", "'\(name.prefix(80))'")
    }
    guard flags & 1 == 0, method == 0 else {
      throw .unsupported(
        file: file,
        what: "entry '\(name.prefix(80))' of the zip archive",
        expected: "one that is stored as it is, as PyTorch does",
        found: flags & 1 == 1 ? "one that is encrypted" : "compression method \(method)"
      )
    }
    var sizes = [try number(start + 24, 4), try number(start + 20, 4), try number(start + 42, 4)]
    try widen(&sizes, start + 46 + lengths.name, lengths.extra)
    guard sizes[0] == sizes[1] else {
      throw malformed(
        "a stored entry of one size",
        "\(sizes[1]) and \(sizes[0]) bytes of '\(name)'"
      )
    }
    let range = try contents(header: sizes[2], size: sizes[0], nameLength: lengths.name, name)
    return (name, range, sizes[2])
  }

  /// Size, stored size and place as the zip64 field says, where they are too large for four bytes.
  private func widen(_ sizes: inout [Int], _ start: Int, _ length: Int) throws(DataError) {
    guard sizes.contains(0xFFFF_FFFF) else { return }
    var position = start
    while position + 4 <= start + length {
      let (kind, size) = (try number(position, 2), try number(position + 2, 2))
      if kind == 1 {
        var field = position + 4
        for index in sizes.indices where sizes[index] == 0xFFFF_FFFF {
          guard field + 8 <= position + 4 + size else { break }
          sizes[index] = try number(field, 8)
          field += 8
        }
        return
      }
      position += 4 + size
    }
  }

  /// Where the bytes of an entry lie whose own header stands at `header`.
  private func contents(
    header: Int,
    size: Int,
    nameLength: Int,
    _ name: String
  ) throws(DataError) -> Range<Int> {
    guard header <= byteCount - 30, try number(header, 4) == 0x0403_4B50 else {
      throw malformed("the header of '\(name.prefix(80))' at \(header)", "something else")
    }
    let found = try text(header + 30, number(header + 26, 2))
    guard found == name, try number(header + 8, 2) == 0 else {
      throw malformed("'\(name.prefix(80))' at \(header)", "'\(found.prefix(80))'")
    }
    let start = try header + 30 + nameLength + number(header + 28, 2)
    guard start <= byteCount, size <= byteCount - start else {
      throw .truncated(
        file: file,
        what: "entry '\(name.prefix(80))'",
        expected: size,
        found: max(0, byteCount - start)
      )
    }
    return start..<start + size
  }

  // Bytes

  /// A little-endian number of `count` bytes; what does not fit an `Int` is as large as one.
  private func number(_ position: Int, _ count: Int) throws(DataError) -> Int {
    guard position >= 0, position <= byteCount - count else {
      throw .truncated(
        file: file,
        what: "zip archive",
        expected: position < Int.max - count ? position + count : position,
        found: byteCount
      )
    }
    let part = MappedBytes(file: content, range: position..<position + count)
    let value = part.withBytes { bytes in
      (0..<count).reversed().reduce(UInt64(0)) { value, index in
        value << 8
          | UInt64(bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt8.self))
      }
    }
    return Int(clamping: value)
  }

  private func text(_ position: Int, _ count: Int) throws(DataError) -> String {
    guard position >= 0, count <= byteCount, position <= byteCount - count else {
      throw .truncated(file: file, what: "zip archive", expected: count, found: byteCount)
    }
    let part = MappedBytes(file: content, range: position..<position + count).copy()
    guard let text = String(validating: part, as: UTF8.self) else {
      throw malformed("names in UTF-8", "other bytes")
    }
    return text
  }

  /// Whether a name leads to a place within the archive's folder.
  private static func isSafe(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("/") && !name.contains("\\") && !name.contains("\0")
      && !name.split(separator: "/").contains("..")
  }

  private func malformed(_ expected: String, _ found: String) -> DataError {
    .malformed(file: file, what: "zip archive", expected: expected, found: found)
  }
}
