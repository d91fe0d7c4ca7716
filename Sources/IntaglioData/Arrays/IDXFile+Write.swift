extension IDXFile {
  /// Writes unsigned bytes in C order, not gzipped, atomically.
  ///
  /// - Throws: `DataError.invalid` when the count is not the product of the shape or an extent does
  ///   not fit into 32 bits, `unwritable` from the system.
  public static func write(bytes: [UInt8], shape: [Int], to path: String) throws(DataError) {
    guard StorageType.u8.byteCount(ofShape: shape) == bytes.count else {
      throw .invalid(
        what: "array of shape \(shape)",
        expected: "its product",
        found: "\(bytes.count)"
      )
    }
    guard (1...255).contains(shape.count), shape.allSatisfy({ $0 <= UInt32.max }) else {
      throw .invalid(
        what: "IDX shape",
        expected: "1 to 255 dimensions below 2³²",
        found: "\(shape)"
      )
    }
    var content: [UInt8] = [0, 0, 8, UInt8(shape.count)]
    for extent in shape {
      for shift in [24, 16, 8, 0] { content.append(UInt8(truncatingIfNeeded: extent >> shift)) }
    }
    try AtomicFile.write(bytes: content + bytes, to: path)
  }
}
