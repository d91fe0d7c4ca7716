import IntaglioData

/// The synthetic image of `Tests/Scripts/record_image_golden.py`: all levels, edges and slopes.
func pattern(width: Int, height: Int, channels: Int) -> [UInt8] {
  var pixels: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      for channel in 0..<channels {
        let slope = 31 * x * x + 47 * y + 89 * channel + 7 * x * y
        let edge = 255 * ((x / 4 + y / 3) % 2)
        pixels.append(UInt8(truncatingIfNeeded: slope + edge))
      }
    }
  }
  return pixels
}

func patternImage(width: Int, height: Int, channels: Int) throws -> Image {
  try Image(
    width: width,
    height: height,
    channels: channels,
    pixels: pattern(width: width, height: height, channels: channels)
  )
}
