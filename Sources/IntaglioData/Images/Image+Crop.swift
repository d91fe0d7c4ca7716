extension Image {
  /// The middle of the image, equal to torchvision's `CenterCrop`.
  ///
  /// The offset is (size − crop) / 2, rounded half to even. Where the image is smaller than the
  /// crop it is first padded with black, the odd row or column on the bottom or right.
  ///
  /// - Throws: `DataError.invalid` for a size that an image may not have.
  public func centerCropped(width: Int, height: Int) throws(DataError) -> Image {
    if let reason = Self.objection(width: width, height: height) {
      throw .invalid(what: "size to crop to", expected: reason, found: "\(width)×\(height)")
    }
    let left = cropOffset(source: self.width, target: width)
    let top = cropOffset(source: self.height, target: height)
    var output = [UInt8](repeating: 0, count: width * height * channels)
    let columns = max(0, left)..<min(self.width, left + width)
    for row in max(0, top)..<min(self.height, top + height) {
      let source = (row * self.width + columns.lowerBound) * channels
      let target = ((row - top) * width + columns.lowerBound - left) * channels
      let count = columns.count * channels
      output.replaceSubrange(target..<target + count, with: pixels[source..<source + count])
    }
    return Image(unchecked: output, width: width, height: height, channels: channels)
  }
}

/// Where the crop begins in the source; negative where the source is padded.
private func cropOffset(source: Int, target: Int) -> Int {
  if source < target { return -((target - source) / 2) }
  return Int((Double(source - target) / 2).rounded(.toNearestOrEven))
}
