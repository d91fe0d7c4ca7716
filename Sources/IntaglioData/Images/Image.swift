/// An image of 8-bit pixels, grey or RGB.
public struct Image: Sendable, Equatable {
  /// The longest side that is accepted, in pixels.
  public static let sideLimit = 16_384

  /// The most pixels that are accepted: a third of 2²⁸ bytes, so at most 256 MiB of RGB.
  public static let pixelLimit = 89_478_485

  public let width: Int
  public let height: Int
  /// 1 is grey, 3 is RGB.
  public let channels: Int
  /// `[height, width, channels]` in C order, the top row first.
  public let pixels: [UInt8]

  /// - Throws: `DataError.invalid` for a side below 1 or above `sideLimit`, more pixels than
  ///   `pixelLimit`, channels other than 1 or 3, or a number of bytes that does not fit them.
  public init(
    width: Int,
    height: Int,
    channels: Int,
    pixels: [UInt8]
  ) throws(DataError) {
    if let reason = Self.objection(width: width, height: height) {
      throw .invalid(what: "image size", expected: reason, found: "\(width)×\(height)")
    }
    guard channels == 1 || channels == 3 else {
      throw .invalid(what: "image channels", expected: "1 or 3", found: "\(channels)")
    }
    guard pixels.count == width * height * channels else {
      throw .invalid(
        what: "\(width)×\(height) image of \(channels) channels",
        expected: "\(width * height * channels) bytes",
        found: "\(pixels.count)"
      )
    }
    self.init(unchecked: pixels, width: width, height: height, channels: channels)
  }

  /// For code that has already made sure that everything fits.
  init(unchecked pixels: [UInt8], width: Int, height: Int, channels: Int) {
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// What is wrong with a size, or `nil`.
  static func objection(width: Int, height: Int) -> String? {
    guard (1...sideLimit).contains(width), (1...sideLimit).contains(height) else {
      return "sides of 1…\(sideLimit) pixels"
    }
    return width * height <= pixelLimit ? nil : "at most \(pixelLimit) pixels"
  }
}

extension Image {
  /// The image with 1 or 3 channels.
  ///
  /// Grey becomes RGB with three equal channels. RGB becomes grey by the luma of ITU-R BT.601,
  /// L = (19595·R + 38470·G + 7471·B + 2¹⁵) >> 16, as in PIL's `convert("L")`.
  ///
  /// - Precondition: `channels` is 1 or 3.
  public func converted(toChannels channels: Int) -> Image {
    precondition(channels == 1 || channels == 3, "an image has 1 or 3 channels")
    if channels == self.channels { return self }
    var converted: [UInt8] = []
    converted.reserveCapacity(width * height * channels)
    if channels == 3 {
      for grey in pixels { for _ in 0..<3 { converted.append(grey) } }
    } else {
      for start in stride(from: 0, to: pixels.count, by: 3) {
        let red = 19_595 * Int(pixels[start])
        let green = 38_470 * Int(pixels[start + 1])
        let blue = 7_471 * Int(pixels[start + 2])
        converted.append(UInt8(truncatingIfNeeded: (red + green + blue + 0x8000) >> 16))
      }
    }
    return Image(unchecked: converted, width: width, height: height, channels: channels)
  }
}
