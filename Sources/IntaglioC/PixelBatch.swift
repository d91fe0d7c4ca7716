import IntaglioData

/// Images of one size in a caller's buffer: `[count, height, width, channels]`.
///
/// The buffer outlives the call that it was given to, and nobody writes to it meanwhile.
struct PixelBatch: @unchecked Sendable {
  let pixels: UnsafePointer<UInt8>
  let height: Int
  let width: Int
  /// 1, 3, or 4 with alpha, which is left out as PIL's `convert("RGB")` does.
  let channels: Int

  /// - Throws: `CallError` for sizes that no image has.
  init(
    _ pixels: UnsafePointer<UInt8>,
    count: Int64,
    height: Int64,
    width: Int64,
    channels: Int64
  ) throws(CallError) {
    guard [1, 3, 4].contains(channels) else {
      throw CallError("expected 1, 3 or 4 channels, found \(channels)")
    }
    let sides = 1...Int64(Image.sideLimit)
    guard sides.contains(height), sides.contains(width), height * width <= Image.pixelLimit else {
      throw CallError(
        "expected images of 1…\(Image.sideLimit) pixels a side and at most \(Image.pixelLimit) in "
          + "all, found \(height)×\(width)"
      )
    }
    guard !(height * width * channels).multipliedReportingOverflow(by: count).overflow else {
      throw CallError("\(count) images of \(height)×\(width)×\(channels) are larger than memory")
    }
    self.pixels = pixels
    (self.height, self.width, self.channels) = (Int(height), Int(width), Int(channels))
  }

  /// Image `index` as a copy.
  ///
  /// - Throws: as `Image.init`.
  func image(_ index: Int) throws -> Image {
    let area = height * width
    let bytes = UnsafeBufferPointer(start: pixels + index * area * channels, count: area * channels)
    guard channels == 4 else {
      return try Image(width: width, height: height, channels: channels, pixels: Array(bytes))
    }
    var colours = [UInt8](repeating: 0, count: area * 3)
    for pixel in 0..<area {
      for channel in 0..<3 { colours[pixel * 3 + channel] = bytes[pixel * 4 + channel] }
    }
    return try Image(width: width, height: height, channels: 3, pixels: colours)
  }
}
