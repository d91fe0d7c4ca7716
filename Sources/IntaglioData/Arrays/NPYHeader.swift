/// The parsed header of a NumPy `.npy` file: a magic number, a version, and a Python dictionary
/// with exactly the keys `descr`, `fortran_order` and `shape`.
struct NPYHeader {
  let type: StorageType
  let isFortranOrder: Bool
  let shape: [Int]
  /// The position of the first element in the file.
  let dataStart: Int

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// The longest dictionary that is read, in bytes; NumPy itself refuses more than 10,000.
  static let limit = 1 << 16

  init(of file: MappedFile) throws(DataError) {
    let (text, dataStart) = try file.withBytes { bytes throws(DataError) in
      try dictionary(of: bytes, file: file.path)
    }
    var scanner = ByteScanner(text, file: file.path, subject: "NPY header")
    var type: StorageType?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try scanner.expect("{")
    while !scanner.take("}") {
      let key = try scanner.pythonString("a key")
      try scanner.expect(":")
      switch key {
      case "descr" where type == nil: type = try scanner.elementType()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try scanner.boolean()
      case "shape" where shape == nil: shape = try scanner.tuple()
      default: throw scanner.failure(expected: "descr, fortran_order, shape once each before here")
      }
      guard scanner.take(",") else {
        try scanner.expect("}")
        break
      }
    }
    scanner.skipSpace()
    guard scanner.next == nil else { throw scanner.failure(expected: "the end of the header") }
    guard let type, let isFortranOrder, let shape else {
      throw scanner.failure(expected: "descr, fortran_order and shape before here")
    }
    self.type = type
    self.isFortranOrder = isFortranOrder
    self.shape = shape
    self.dataStart = dataStart
  }
}

/// The text of the dictionary, and where the data begins.
private func dictionary(of bytes: RawSpan, file: String) throws(DataError) -> ([UInt8], Int) {
  let prefix = bytes.extracting(0..<min(bytes.byteCount, 12)).withUnsafeBytes { [UInt8]($0) }
  let magic = NPYHeader.magic
  guard prefix.prefix(6).elementsEqual(magic.prefix(prefix.count)) else {
    throw .malformed(
      file: file,
      what: "NPY file",
      expected: "the bytes \\x93NUMPY at its start",
      found: "\(prefix.prefix(6))"
    )
  }
  guard prefix.count >= 8 else {
    throw .truncated(file: file, what: "NPY header", expected: 8, found: prefix.count)
  }
  let version = prefix[6]
  guard (1...3).contains(version), prefix[7] == 0 else {
    let found = "\(version).\(prefix[7])"
    throw .unsupported(file: file, what: "NPY version", expected: "1.0, 2.0 or 3.0", found: found)
  }
  let start = version == 1 ? 10 : 12
  guard prefix.count >= start else {
    throw .truncated(file: file, what: "NPY header", expected: start, found: prefix.count)
  }
  let length = prefix[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
  guard length <= NPYHeader.limit else {
    throw .tooLarge(file: file, what: "NPY header length", limit: NPYHeader.limit, found: length)
  }
  let end = start + length
  guard end <= bytes.byteCount else {
    throw .truncated(file: file, what: "NPY header", expected: end, found: bytes.byteCount)
  }
  return (bytes.extracting(start..<end).withUnsafeBytes { [UInt8]($0) }, end)
}

extension ByteScanner {
  /// Takes a Python string without escapes, in either kind of quotes.
  fileprivate mutating func pythonString(_ what: String) throws(DataError) -> String {
    let quote = take("'") ? UInt8(ascii: "'") : UInt8(ascii: "\"")
    if quote == UInt8(ascii: "\"") {
      guard take("\"") else { throw failure(expected: "\(what), a string") }
    }
    var text: [UInt8] = []
    while let byte = next, byte != quote {
      text.append(byte)
      advance()
    }
    guard next == quote else { throw failure(expected: "a closing quote") }
    advance()
    return String(decoding: text, as: UTF8.self)
  }

  fileprivate mutating func elementType() throws(DataError) -> StorageType {
    skipSpace()
    if next == UInt8(ascii: "[") {
      throw .unsupported(
        file: file,
        what: "NPY element type",
        expected: "a plain number",
        found: "a record"
      )
    }
    let descriptor = try pythonString("the element type")
    guard let type = npyTypes.first(where: { $0.descriptor == descriptor })?.type else {
      throw .unsupported(
        file: file,
        what: "NPY element type",
        expected: "one of \(npyTypes.map(\.descriptor).joined(separator: " "))",
        found: descriptor
      )
    }
    return type
  }

  fileprivate mutating func boolean() throws(DataError) -> Bool {
    skipSpace()
    if take(word: "True") { return true }
    if take(word: "False") { return false }
    throw failure(expected: "True or False")
  }

  /// Takes `()`, `(n,)` or `(n, m, …)`.
  fileprivate mutating func tuple() throws(DataError) -> [Int] {
    try expect("(")
    var result: [Int] = []
    while !take(")") {
      result.append(try integer("an extent of the shape"))
      guard take(",") else {
        try expect(")")
        break
      }
    }
    return result
  }
}

/// How NumPy writes the types that are read here.
private let npyTypes: [(descriptor: String, type: StorageType)] = [
  ("<f4", .f32), ("<f8", .f64), ("<f2", .f16),
  ("<i8", .i64), ("<i4", .i32), ("<i2", .i16), ("|i1", .i8),
  ("<u8", .u64), ("<u4", .u32), ("<u2", .u16), ("|u1", .u8), ("|b1", .bool),
]
