/// How `Image.resized` weighs the source pixels around a target pixel.
///
/// The names and the meaning are PIL's: when an image shrinks, the kernel widens with it, so every
/// source pixel counts (antialiasing), except for `nearest`.
public enum Interpolation: String, Codable, CaseIterable, Sendable {
  case nearest
  case bilinear
  case bicubic
}

/// A continuous, even interpolation kernel.
struct InterpolationKernel {
  /// The kernel is zero at this distance from the center and beyond, in source pixels.
  let support: Double
  /// The weight at a distance that is not negative.
  let weight: @Sendable (Double) -> Double

  /// The triangle of bilinear interpolation.
  static let triangle = InterpolationKernel(support: 1) { x in max(0, 1 - x) }

  /// The cubic convolution of Keys (1981) with a = −1/2.
  static let cubic = InterpolationKernel(support: 2) { x in
    let a = -0.5
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
  }
}
