import CIntaglioImages

extension Image {
  /// Writes the image as an 8-bit grey or RGB PNG, atomically.
  ///
  /// - Throws: `DataError.unwritable` from the system.
  public func writePNG(to path: String) throws(DataError) {
    try AtomicFile.write(bytes: try png(file: path), to: path)
  }

  /// The image as the bytes of a PNG file.
  ///
  /// - Throws: `DataError.unwritable`, naming `file`, when the encoder gives up.
  public func png(file: String = "PNG") throws(DataError) -> [UInt8] {
    let info = intaglio_image_info(
      width: Int32(width),
      height: Int32(height),
      channels: Int32(channels)
    )
    // Deflate never expands by more than a few bytes per 16 KiB; each row adds its filter byte.
    let capacity = (pixels.count + height) * 9 / 8 + 65_536
    var message = [CChar](repeating: 0, count: Int(INTAGLIO_MESSAGE_CAPACITY))
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
      guard let base = buffer.baseAddress else { return }
      intaglio_png_encode(pixels, info, base, capacity, &initialized, &message)
    }
    guard !bytes.isEmpty else { throw .unwritable(file: file, reason: "libpng gave up") }
    return bytes
  }
}
