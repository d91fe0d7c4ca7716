/// One array to be written to a safetensors file: C order, little-endian.
public struct SafetensorsTensor: Sendable, Equatable {
  public let name: String
  public let type: StorageType
  public let shape: [Int]
  public let bytes: [UInt8]

  /// - Throws: `DataError.invalid` when `bytes` is not as long as the type and the shape say, or
  ///   when the name is reserved (`__metadata__`, `__padding.…`).
  public init(
    name: String,
    type: StorageType,
    shape: [Int],
    bytes: [UInt8]
  ) throws(DataError) {
    let expected = type.byteCount(ofShape: shape)
    guard let expected, expected == bytes.count else {
      throw .invalid(
        what: "tensor '\(name)', \(type.rawValue) \(shape)",
        expected: expected.map { "\($0) bytes" } ?? "a shape without negative dimensions",
        found: "\(bytes.count) bytes"
      )
    }
    guard name != SafetensorsHeader.metadataKey, !name.hasPrefix(SafetensorsHeader.paddingPrefix)
    else { throw .invalid(what: "tensor name", expected: "one not reserved", found: name) }
    self.name = name
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }

  /// An F32 tensor.
  public init(name: String, shape: [Int], floats: [Float]) throws(DataError) {
    let bytes = littleEndianBytes(floats.lazy.map(\.bitPattern))
    try self.init(name: name, type: .f32, shape: shape, bytes: bytes)
  }

  /// An F64 tensor.
  public init(name: String, shape: [Int], doubles: [Double]) throws(DataError) {
    let bytes = littleEndianBytes(doubles.lazy.map(\.bitPattern))
    try self.init(name: name, type: .f64, shape: shape, bytes: bytes)
  }

  /// An integer tensor of the given type.
  ///
  /// - Throws: `DataError.invalid` also when a value does not fit the type or the type is a float.
  public init(
    name: String,
    type: StorageType,
    shape: [Int],
    integers: [Int]
  ) throws(DataError) {
    guard let bytes = type.bytes(of: integers) else {
      throw .invalid(
        what: "tensor '\(name)'",
        expected: "values that fit \(type.rawValue)",
        found: "\(integers.min() ?? 0)…\(integers.max() ?? 0)"
      )
    }
    try self.init(name: name, type: type, shape: shape, bytes: bytes)
  }
}

extension SafetensorsFile {
  /// Where the data and every tensor begins is a multiple of this many bytes.
  public static let alignment = 64

  /// Writes `tensors` and `metadata` atomically; equal arguments give equal bytes.
  ///
  /// The data begins at a multiple of 64 because the header is filled up with spaces. The format
  /// forbids holes between tensors, so every tensor is aligned in two steps: those whose size is a
  /// multiple of 64 bytes stand first, and each of the rest is followed, where needed, by a U8
  /// tensor `__padding.N` of zeros. The initializer here leaves those out; other readers see them
  /// and lose nothing by ignoring them. Within both groups tensors stand in the order of their
  /// names' UTF-8 bytes, metadata in the order of its keys.
  /// - Returns: how many bytes the file has.
  /// - Throws: `DataError.invalid` when a name stands twice, `unwritable` from the system.
  @discardableResult
  public static func write(
    _ tensors: [SafetensorsTensor],
    metadata: [String: String] = [:],
    to path: String
  ) throws(DataError) -> Int {
    let layout = try layout(of: tensors)
    let header = headerBytes(layout, metadata: metadata)
    guard header.count <= headerLimit else {
      let found = header.count
      throw .tooLarge(file: path, what: "safetensors header", limit: headerLimit, found: found)
    }
    try AtomicFile.write(to: path) { file throws(DataError) in
      try file.append(littleEndianBytes([UInt64(header.count)]))
      try file.append(header)
      for tensor in layout { try file.append(tensor.bytes) }
    }
    return 8 + header.count + layout.reduce(0) { $0 + $1.bytes.count }
  }
}

/// One range of the data: a tensor, or the filler after one.
private struct Piece {
  let name: String
  let type: StorageType
  let shape: [Int]
  let bytes: [UInt8]
}

/// The tensors and the padding between them, in file order.
private func layout(of tensors: [SafetensorsTensor]) throws(DataError) -> [Piece] {
  let alignment = SafetensorsFile.alignment
  var names: Set<String> = []
  for tensor in tensors where !names.insert(tensor.name).inserted {
    throw .invalid(what: "tensor names", expected: "each once", found: "'\(tensor.name)' twice")
  }
  let ordered = tensors.sorted { left, right in
    let (leftOdd, rightOdd) = (left.bytes.count % alignment, right.bytes.count % alignment)
    if (leftOdd == 0) != (rightOdd == 0) { return leftOdd == 0 }
    return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
  }
  var pieces: [Piece] = []
  for (index, tensor) in ordered.enumerated() {
    pieces.append(
      Piece(name: tensor.name, type: tensor.type, shape: tensor.shape, bytes: tensor.bytes)
    )
    let odd = tensor.bytes.count % alignment
    guard odd != 0, index < ordered.count - 1 else { continue }
    let zeros = [UInt8](repeating: 0, count: alignment - odd)
    let name = SafetensorsHeader.paddingPrefix + String(index)
    pieces.append(Piece(name: name, type: .u8, shape: [zeros.count], bytes: zeros))
  }
  return pieces
}

/// The JSON header, filled with spaces so that 8 + its length is a multiple of the alignment.
private func headerBytes(_ pieces: [Piece], metadata: [String: String]) -> [UInt8] {
  var members: [String] = []
  if !metadata.isEmpty {
    let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    let body = pairs.map { "\(jsonText($0.key)):\(jsonText($0.value))" }.joined(separator: ",")
    members.append("\"\(SafetensorsHeader.metadataKey)\":{\(body)}")
  }
  var position = 0
  for piece in pieces {
    let end = position + piece.bytes.count
    let shape = piece.shape.map(String.init).joined(separator: ",")
    members.append(
      "\(jsonText(piece.name)):{\"dtype\":\"\(piece.type.rawValue)\","
        + "\"shape\":[\(shape)],\"data_offsets\":[\(position),\(end)]}"
    )
    position = end
  }
  var bytes = Array("{\(members.joined(separator: ","))}".utf8)
  while (8 + bytes.count) % SafetensorsFile.alignment != 0 { bytes.append(UInt8(ascii: " ")) }
  return bytes
}

/// `text` as a JSON string (RFC 8259, section 7).
private func jsonText(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\u{0}"..<" ":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
