/// What an architecture that is named on a command line has instead of its own dimensions.
public struct ArchitectureDimensions: Sendable, Hashable {
  /// Of weights and activations in the blocks; `usualBits` when `nil`.
  public var bits: Int?
  /// Height and width of the image in pixels.
  public var imageSize: Int?
  /// How many blocks.
  public var depth: Int?
  /// Numbers per token.
  public var width: Int?

  /// The width of codes where nothing is said.
  public static let usualBits = 8

  public init(bits: Int? = nil, imageSize: Int? = nil, depth: Int? = nil, width: Int? = nil) {
    (self.bits, self.imageSize, self.depth, self.width) = (bits, imageSize, depth, width)
  }

  /// The option of the first one that is stated.
  var given: String? {
    [("--bits", bits), ("--image-size", imageSize), ("--depth", depth), ("--width", width)]
      .first { $0.1 != nil }?.0
  }
}
