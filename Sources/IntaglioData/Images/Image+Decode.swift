import CIntaglioImages

extension Image {
  /// The largest image file that is read, in bytes.
  public static let fileSizeLimit = 1 << 28

  /// Decodes the PNG or JPEG file at `path`; which of them it is is seen from its content.
  ///
  /// The result is what PIL's `Image.open` gives after `convert("RGB")`, but that a grey file stays
  /// grey (one channel):
  /// - a palette becomes RGB, and 1, 2 and 4 bits are stretched to 8;
  /// - transparency is dropped, not composited: the stored colors under it appear;
  /// - of 16 bits the high byte stays (PIL instead clips 16-bit grey to 255);
  /// - CMYK and YCCK in a JPEG are taken as inverted, as Adobe writes them, and become RGB without
  ///   a color profile;
  /// - the EXIF orientation, gamma and color profiles are ignored, as timm and torchvision do;
  /// - of an animated PNG the still image is taken.
  ///
  /// Damage that the JPEG decoder notices is an error, even where it could go on with invented
  /// pixels; so are a file that ends too early, a progressive file without all its scans or with
  /// far too many, and a header that claims more pixels than so few bytes can hold.
  ///
  /// - Throws: `DataError` when the file is unreadable, neither PNG nor JPEG, damaged, cut short,
  ///   or larger than `sideLimit` and `pixelLimit` allow; the size is checked before any memory is
  ///   taken for pixels.
  public static func decode(fileAt path: String) throws(DataError) -> Image {
    try decode(try readFile(path, limit: fileSizeLimit), file: path)
  }

  /// Decodes PNG or JPEG bytes; `file` is their name in messages.
  ///
  /// - Throws: as for a file.
  public static func decode(_ bytes: [UInt8], file: String) throws(DataError) -> Image {
    let codec = try Codec(of: bytes, file: file)
    let info = try codec.info(bytes, file: file)
    if let reason = objection(width: Int(info.width), height: Int(info.height)) {
      throw .unsupported(
        file: file,
        what: "image size",
        expected: reason,
        found: "\(info.width)×\(info.height)"
      )
    }
    let pixels = try codec.pixels(bytes, info: info, file: file)
    let isCMYK = info.channels == 4
    return Image(
      unchecked: isCMYK ? rgb(fromInvertedCMYK: pixels) : pixels,
      width: Int(info.width),
      height: Int(info.height),
      channels: isCMYK ? 3 : Int(info.channels)
    )
  }
}

/// The two image formats that are read.
private enum Codec: String {
  case png = "PNG"
  case jpeg = "JPEG"

  init(of bytes: [UInt8], file: String) throws(DataError) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if GitLFSPointer.recognizes(bytes) {
      throw .unreadable(file: file, reason: GitLFSPointer.reason)
    } else {
      let start = bytes.prefix(8).map { String($0, radix: 16, uppercase: true) }
      throw .unsupported(
        file: file,
        what: "image format",
        expected: "the first bytes of a PNG or JPEG",
        found: bytes.isEmpty ? "an empty file" : start.joined(separator: " ")
      )
    }
  }

  func info(_ bytes: [UInt8], file: String) throws(DataError) -> intaglio_image_info {
    var info = intaglio_image_info()
    let read = self == .png ? intaglio_png_info : intaglio_jpeg_info
    var message = [CChar](repeating: 0, count: Int(INTAGLIO_MESSAGE_CAPACITY))
    guard read(bytes, bytes.count, &info, &message) else {
      throw damage(message, what: "header", file: file)
    }
    return info
  }

  /// `[height, width, channels]`, in memory that is touched only as far as rows are decoded.
  func pixels(
    _ bytes: [UInt8],
    info: intaglio_image_info,
    file: String
  ) throws(DataError) -> [UInt8] {
    let decode = self == .png ? intaglio_png_decode : intaglio_jpeg_decode
    let count = Int(info.width) * Int(info.height) * Int(info.channels)
    var message = [CChar](repeating: 0, count: Int(INTAGLIO_MESSAGE_CAPACITY))
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let base = buffer.baseAddress else { return }
      initialized = decode(bytes, bytes.count, info, base, &message) ? count : 0
    }
    guard pixels.count == count else { throw damage(message, what: "image", file: file) }
    return pixels
  }

  private func damage(_ message: [CChar], what: String, file: String) -> DataError {
    let text = message.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }
    let found = String(decoding: text, as: UTF8.self)
    return .malformed(file: file, what: "\(rawValue) \(what)", expected: "valid data", found: found)
  }
}

/// CMYK stored as 255 − ink → RGB: each channel is (255 − ink) · (255 − black) / 255, rounded.
private func rgb(fromInvertedCMYK pixels: [UInt8]) -> [UInt8] {
  var rgb: [UInt8] = []
  rgb.reserveCapacity(pixels.count / 4 * 3)
  for start in stride(from: 0, to: pixels.count, by: 4) {
    let light = Int(pixels[start + 3])
    for channel in 0..<3 {
      let product = Int(pixels[start + channel]) * light
      rgb.append(UInt8(truncatingIfNeeded: (2 * product + 255) / 510))
    }
  }
  return rgb
}
