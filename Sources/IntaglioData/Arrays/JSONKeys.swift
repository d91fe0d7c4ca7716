/// Keys of JSON objects that stand twice.
///
/// JSON libraries keep one of the two without a word (RFC 8259, section 4), so that a file says one
/// thing to its reader and another to a person.
package enum JSONKeys {
  /// Checks that every object in `bytes` has each key once.
  ///
  /// - Parameters:
  ///   - bytes: JSON that a library has read already.
  ///   - file: its file, for messages.
  ///   - subject: what it is, for messages.
  /// - Throws: `DataError.malformed`, naming the key and where it stands for the second time.
  package static func requireDistinct(
    _ bytes: [UInt8],
    file: String,
    subject: String = "JSON"
  ) throws(DataError) {
    guard !bytes.contains(0) else {
      let found = "bytes of 0, as in UTF-16"
      throw .malformed(file: file, what: subject, expected: "text in UTF-8", found: found)
    }
    var scanner = ByteScanner(bytes, file: file, subject: subject)
    // The keys of the objects around the present position; none for a list.
    var seen: [Set<String>?] = []
    while let byte = scanner.next {
      switch byte {
      case UInt8(ascii: "{"): seen.append([])
      case UInt8(ascii: "["): seen.append(nil)
      case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = seen.popLast()
      default: break
      }
      guard byte == UInt8(ascii: "\"") else {
        scanner.advance()
        continue
      }
      let text = try scanner.jsonString("a text")
      // In sound JSON a colon stands behind keys alone.
      guard scanner.take(":"), let last = seen.indices.last else { continue }
      guard seen[last]?.insert(text).inserted != false else {
        let line = scanner.bytes[..<scanner.position].count { $0 == 0x0A } + 1
        throw .malformed(
          file: file,
          what: subject,
          expected: "each key of an object once",
          found: "\"\(text.prefix(60))\" twice, the second time in line \(line); leave one out"
        )
      }
    }
  }
}
