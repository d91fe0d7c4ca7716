import IntaglioNumerics

/// A position on the plate, in pixels of the picture; (0, 0) is its top left corner.
typealias Point = SIMD2<Float>

extension SIMD2<Float> {
  func dot(_ other: Self) -> Float { x * other.x + y * other.y }
  var length: Float { dot(self).squareRoot() }
  /// Turned by a right angle.
  var perpendicular: Self { Self(-y, x) }
}

/// The random choices behind one picture.
///
/// Each choice takes one word of the generator, except `direction`, which may take more.
struct Chance {
  private var generator: SplitMix64

  /// Stream `stream` of the family `seed`: streams of one family do not overlap in practice.
  init(seed: UInt64, stream: UInt64) {
    var family = SplitMix64(seed: seed)
    var member = SplitMix64(seed: stream)
    generator = SplitMix64(seed: family.next() ^ member.next())
  }

  mutating func word() -> UInt64 { generator.next() }

  /// Uniform in `range`, on a grid of 2²⁴ values.
  mutating func uniform(_ range: ClosedRange<Float>) -> Float {
    let unit = Float(word() >> 40) * 0x1p-24
    return range.lowerBound + unit * (range.upperBound - range.lowerBound)
  }

  /// Uniform in 0 ..< `count`.
  ///
  /// The bias of the multiply-shift is below 2⁻³² · `count`.
  mutating func integer(below count: Int) -> Int {
    Int(((word() >> 32) &* UInt64(count)) >> 32)
  }

  /// True with this probability.
  mutating func happens(_ probability: Float) -> Bool { uniform(0...1) < probability }

  /// Bell-shaped with mean 0 and variance 1: the sum of four uniform 16-bit pieces of one word.
  mutating func bell() -> Float {
    let bits = word()
    let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
    return (Float(sum) * 0x1p-16 - 2) * 1.7320508
  }

  /// A unit vector, every direction equally likely.
  mutating func direction() -> SIMD2<Float> {
    while true {
      let vector = SIMD2(uniform(-1...1), uniform(-1...1))
      let length = vector.length
      if length > 0.1, length <= 1 { return vector / length }
    }
  }

  /// A point at least `margin` pixels inside the picture.
  mutating func point(margin: Float) -> Point {
    let range = margin...(Float(SurfaceImage.side) - margin)
    return Point(uniform(range), uniform(range))
  }
}
