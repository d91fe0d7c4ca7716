extension Image {
  /// The image at another size, equal to PIL's `Image.resize`.
  ///
  /// The axes are resampled one after the other, each in fixed point, with a rounding to 8 bits in
  /// between; an axis whose size stays is left alone. Rows come first, unless the height shrinks
  /// and by more than twice as many pixels as the width: that is the rule of Pillow 13. Earlier
  /// versions always begin with the rows and differ in such cases, mostly by one grey level.
  ///
  /// - Throws: `DataError.invalid` for a size that an image may not have.
  public func resized(
    width: Int,
    height: Int,
    interpolation: Interpolation
  ) throws(DataError) -> Image {
    if let reason = Self.objection(width: width, height: height) {
      throw .invalid(what: "size to resize to", expected: reason, found: "\(width)×\(height)")
    }
    if width == self.width && height == self.height { return self }
    switch interpolation {
    case .nearest: return nearest(width: width, height: height)
    case .bilinear: return resampled(width: width, height: height, kernel: .triangle)
    case .bicubic: return resampled(width: width, height: height, kernel: .cubic)
    }
  }

  private func resampled(width: Int, height: Int, kernel: InterpolationKernel) -> Image {
    let columnsFirst = self.height - height > max(0, 2 * (self.width - width))
    var image = self
    if columnsFirst { image = image.columnsResampled(height: height, kernel: kernel) }
    image = image.rowsResampled(width: width, kernel: kernel)
    return image.columnsResampled(height: height, kernel: kernel)
  }

  /// Each row on its own.
  private func rowsResampled(width: Int, kernel: InterpolationKernel) -> Image {
    if width == self.width { return self }
    let taps = ResamplingTaps(source: self.width, target: width, kernel: kernel)
    let output = taps.resampleRows(of: pixels, height: height, channels: channels)
    return Image(unchecked: output, width: width, height: height, channels: channels)
  }

  /// Each column on its own.
  private func columnsResampled(height: Int, kernel: InterpolationKernel) -> Image {
    if height == self.height { return self }
    let taps = ResamplingTaps(source: self.height, target: height, kernel: kernel)
    let output = taps.resampleColumns(of: pixels, rowLength: width * channels)
    return Image(unchecked: output, width: width, height: height, channels: channels)
  }

  /// Each target pixel is the source pixel under its center.
  private func nearest(width: Int, height: Int) -> Image {
    let columns = nearestPositions(source: self.width, target: width)
    let rows = nearestPositions(source: self.height, target: height)
    var output: [UInt8] = []
    output.reserveCapacity(width * height * channels)
    for row in rows {
      for column in columns {
        let start = (row * self.width + column) * channels
        for channel in 0..<channels { output.append(pixels[start + channel]) }
      }
    }
    return Image(unchecked: output, width: width, height: height, channels: channels)
  }
}

/// The source position under the center of each target pixel.
///
/// The centers are summed up step by step, as PIL does; where one falls on the border of two source
/// pixels the rounding of that sum decides.
private func nearestPositions(source: Int, target: Int) -> [Int] {
  let scale = Double(source) / Double(target)
  var center = scale * 0.5
  return (0..<target).map { _ in
    defer { center += scale }
    return min(Int(center), source - 1)
  }
}
