extension NPYFile {
  /// Writes float32 numbers in C order as NPY version 1, atomically.
  ///
  /// - Throws: `DataError.invalid` when the count is not the product of the shape, `unwritable`
  ///   from the system.
  public static func write(
    floats: [Float],
    shape: [Int],
    to path: String
  ) throws(DataError) {
    try checkCount(floats.count, type: .f32, shape: shape)
    let bytes = littleEndianBytes(floats.lazy.map(\.bitPattern))
    try write(bytes, descriptor: "<f4", shape: shape, to: path)
  }

  /// Writes float64 numbers in C order as NPY version 1, atomically.
  ///
  /// - Throws: as for float32.
  public static func write(
    doubles: [Double],
    shape: [Int],
    to path: String
  ) throws(DataError) {
    try checkCount(doubles.count, type: .f64, shape: shape)
    let bytes = littleEndianBytes(doubles.lazy.map(\.bitPattern))
    try write(bytes, descriptor: "<f8", shape: shape, to: path)
  }

  private static func checkCount(
    _ count: Int,
    type: StorageType,
    shape: [Int]
  ) throws(DataError) {
    guard type.byteCount(ofShape: shape) == count * type.byteCount else {
      throw .invalid(what: "array of shape \(shape)", expected: "its product", found: "\(count)")
    }
  }

  /// The dictionary is filled with spaces so that the data begins at a multiple of 64 bytes.
  private static func write(
    _ data: [UInt8],
    descriptor: String,
    shape: [Int],
    to path: String
  ) throws(DataError) {
    let extents = shape.map { "\($0)," }.joined(separator: " ")
    var text = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(extents)), }"
    let unpadded = 10 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    guard text.utf8.count <= Int(UInt16.max) else {
      throw .invalid(what: "NPY shape", expected: "a header below 64 KiB", found: "\(shape.count)")
    }
    try AtomicFile.write(to: path) { file throws(DataError) in
      try file.append(NPYHeader.magic + [1, 0] + littleEndianBytes([UInt16(text.utf8.count)]))
      try file.append(Array(text.utf8))
      try file.append(data)
    }
  }
}
