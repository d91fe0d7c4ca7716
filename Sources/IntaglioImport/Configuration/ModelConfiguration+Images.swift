/// The dimensions of the images that a model sees.
struct ImageExtents: Sendable, Equatable {
  let channels: Int
  /// Height and width in pixels.
  let size: [Int]

  /// `[channels, height, width]`.
  var extents: [Int] { [channels] + size }
}

// The one reading of the sizes that a configuration states.

extension ModelConfiguration {
  /// The longest side of an image, and the most channels.
  private static let longest = 1 << 20

  /// Height and width of the image in pixels, where stated: `img_size` or `image_size`, else
  /// `input_size`.
  func imageSize() throws(ImportError) -> [Int]? {
    if let sides = try sides() { return sides }
    return try extents("input_size").map { Array($0[1...]) }
  }

  /// Channels, height and width of the image, where all are stated: `input_size`, or `num_channels`
  /// (`in_chans`) beside a size.
  func imageExtents() throws(ImportError) -> ImageExtents? {
    guard let size = try imageSize() else { return nil }
    let stated = try count("in_chans", "num_channels")
    guard let channels = try extents("input_size")?.first ?? stated, channels <= Self.longest
    else { return nil }
    return ImageExtents(channels: channels, size: size)
  }

  /// `img_size` or `image_size`: one number for both sides, or height and width.
  func sides() throws(ImportError) -> [Int]? {
    try agreed(["img_size", "image_size"], expected: "a size in pixels") { value in
      Self.extents(value, counts: 1...2).map { $0.count == 1 ? [$0[0], $0[0]] : $0 }
    }
  }

  /// `[channels, height, width]`.
  func extents(_ key: String) throws(ImportError) -> [Int]? {
    try agreed([key], expected: "[channels, height, width]") { Self.extents($0, counts: 3...3) }
  }

  private static func extents(_ value: JSONValue, counts: ClosedRange<Int>) -> [Int]? {
    guard let numbers = value.asNumbers, counts.contains(numbers.count) else { return nil }
    let extents = numbers.compactMap { Int(exactly: $0) }.filter { (1...longest).contains($0) }
    return extents.count == numbers.count ? extents : nil
  }
}
