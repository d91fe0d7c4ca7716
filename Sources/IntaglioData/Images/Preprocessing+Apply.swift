extension Preprocessing {
  /// The width and height of the result for an image of the given size.
  ///
  /// - Precondition: both sides of `size` are in `1...Image.sideLimit`.
  public func outputSize(for size: Size) -> Size { crop ?? resizedSize(for: size) }

  /// The 8-bit image that the model's numbers are made of.
  ///
  /// - Throws: `DataError.invalid` when the resized image would be larger than an image may be.
  public func croppedImage(of image: Image) throws(DataError) -> Image {
    let size = resizedSize(for: Size(width: image.width, height: image.height))
    let resized = try image.converted(toChannels: channels)
      .resized(width: size.width, height: size.height, interpolation: interpolation)
    guard let crop else { return resized }
    return try resized.centerCropped(width: crop.width, height: crop.height)
  }

  /// Image → `[channels, height, width]`, (pixel / 255 − mean) / std, each step in float32.
  ///
  /// - Throws: as `croppedImage`.
  public func apply(to image: Image) throws(DataError) -> [Float] {
    let image = try croppedImage(of: image)
    let plane = image.width * image.height
    var result: [Float] = []
    result.reserveCapacity(plane * channels)
    for channel in 0..<channels {
      let numbers = (0...255).map { (Float($0) / 255 - mean[channel]) / std[channel] }
      for start in stride(from: channel, to: plane * channels, by: channels) {
        result.append(numbers[Int(image.pixels[start])])
      }
    }
    return result
  }

  private func resizedSize(for size: Size) -> Size {
    switch resize {
    case .none: return size
    case .exact(let exact): return exact
    case .shorterSide(let length):
      let (shorter, longer) = (min(size.width, size.height), max(size.width, size.height))
      let other = Int(Double(length * longer) / Double(shorter))
      return size.width <= size.height
        ? Size(width: length, height: other) : Size(width: other, height: length)
    }
  }
}
