/// Reads a short text header from left to right and says where it stops making sense.
struct ByteScanner {
  let bytes: [UInt8]
  /// The path of the file, for messages.
  let file: String
  /// What is being read, for messages.
  let subject: String
  private(set) var position = 0

  init(_ bytes: [UInt8], file: String, subject: String) {
    self.bytes = bytes
    self.file = file
    self.subject = subject
  }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func advance() { position += 1 }

  /// Skips spaces, tabs and line ends.
  mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { advance() }
  }

  /// Skips space, then takes `character` if it stands there.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard let byte = next, UInt32(byte) == character.value else { return false }
    advance()
    return true
  }

  /// Skips space, then takes `character`, which has to stand there.
  mutating func expect(_ character: Unicode.Scalar) throws(DataError) {
    guard take(character) else { throw failure(expected: "'\(character)'") }
  }

  /// Takes `word` if it stands exactly here.
  mutating func take(word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  /// Takes a decimal integer that is not negative and fits an `Int`.
  mutating func integer(_ what: String) throws(DataError) -> Int {
    skipSpace()
    var value: Int?
    while let byte = next, (0x30...0x39).contains(byte) {
      let (tens, high) = (value ?? 0).multipliedReportingOverflow(by: 10)
      let (sum, low) = tens.addingReportingOverflow(Int(byte) - 0x30)
      if high || low { throw failure(expected: "\(what) below 2⁶³") }
      value = sum
      advance()
    }
    guard let value else { throw failure(expected: "\(what), a non-negative integer") }
    return value
  }

  /// The error that stands at the present position.
  func failure(expected: String) -> DataError {
    .malformed(
      file: file,
      what: "\(subject), byte \(position)",
      expected: expected,
      found: found
    )
  }

  private var found: String {
    guard let byte = next else { return "its end" }
    guard (0x20..<0x7F).contains(byte) else { return "byte \(byte)" }
    return "'\(Unicode.Scalar(byte))'"
  }
}
