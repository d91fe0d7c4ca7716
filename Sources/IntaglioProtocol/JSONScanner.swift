/// Reads JSON text (RFC 8259) piece by piece, without a tree; the caller says what it expects.
///
/// Valid only as long as the memory that it was made of. Every access is behind a comparison with `end`.
package struct JSONScanner {
  /// The deepest nesting that is accepted where a value is passed over.
  package static let depthLimit = 64

  let bytes: UnsafeRawBufferPointer
  private let end: Int
  /// How many bytes are read.
  package var position: Int

  package init(_ bytes: UnsafeRawBufferPointer) {
    (self.bytes, end, position) = (bytes, bytes.count, 0)
  }

  /// The next byte, 0 at the end: no JSON text has a byte 0.
  @inline(__always)
  package var next: UInt8 { position < end ? bytes[position] : 0 }

  package func error(_ what: String) -> ServingError {
    .badRequest("the JSON is malformed at byte \(position): \(what)")
  }

  @inline(__always)
  package mutating func skipSpace() {
    while position < end {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  /// The next byte that is no space.
  @inline(__always)
  package mutating func peek() -> UInt8 {
    skipSpace()
    return next
  }

  /// Reads `character` where it comes next.
  @inline(__always)
  package mutating func read(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < end, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// - Throws: `ServingError` where something else than `character` comes next.
  package mutating func expect(_ character: Unicode.Scalar) throws(ServingError) {
    guard read(character) else { throw error("expected '\(character)'") }
  }

  /// - Throws: `ServingError` where anything but space is left.
  package mutating func expectEnd() throws(ServingError) {
    skipSpace()
    guard position >= end else { throw error("expected the end") }
  }

  /// Calls `body` with every key of an object; it reads the value.
  package mutating func object(
    _ body: (String, inout JSONScanner) throws(ServingError) -> Void
  ) throws(ServingError) {
    try expect("{")
    if read("}") { return }
    repeat {
      skipSpace()
      let key = try string()
      try expect(":")
      try body(key, &self)
    } while read(",")
    try expect("}")
  }

  /// Calls `body` at every element of an array; it reads the element.
  package mutating func array(
    _ body: (inout JSONScanner) throws(ServingError) -> Void
  ) throws(ServingError) {
    try expect("[")
    if read("]") { return }
    repeat { try body(&self) } while read(",")
    try expect("]")
  }

  /// Reads `true` or `false`.
  package mutating func bool() throws(ServingError) -> Bool {
    if try word("true") { return true }
    if try word("false") { return false }
    throw error("expected true or false")
  }

  /// Reads a whole number.
  package mutating func integer() throws(ServingError) -> Int {
    skipSpace()
    let start = position
    try skipNumber()
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let number = Int(text) else {
      position = start
      throw error("expected a whole number of at most 64 bits")
    }
    return number
  }

  /// Passes over any value.
  package mutating func skip(depth: Int = 0) throws(ServingError) {
    guard depth < Self.depthLimit else { throw error("more than \(Self.depthLimit) levels deep") }
    switch peek() {
    case UInt8(ascii: "{"):
      try object { _, scanner throws(ServingError) in try scanner.skip(depth: depth + 1) }
    case UInt8(ascii: "["):
      try array { scanner throws(ServingError) in try scanner.skip(depth: depth + 1) }
    case UInt8(ascii: "\""): try skipString()
    case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try bool()
    case UInt8(ascii: "n"):
      guard try word("null") else { throw error("expected null") }
    default: try skipNumber()
    }
  }

  /// Reads `word` where it comes next.
  private mutating func word(_ word: StaticString) throws(ServingError) -> Bool {
    skipSpace()
    let length = word.utf8CodeUnitCount
    guard end - position >= length else { return false }
    for index in 0..<length where bytes[position + index] != word.utf8Start[index] { return false }
    position += length
    return true
  }
}
