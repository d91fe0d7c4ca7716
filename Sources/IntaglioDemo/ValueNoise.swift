/// Smooth random function of the plane with values in −1 … 1 and features about one unit wide.
///
/// A hash gives each integer point its value; between them a cubic blends the four corners.
struct ValueNoise {
  private let key: UInt32

  init(_ chance: inout Chance) { key = UInt32(truncatingIfNeeded: chance.word()) }

  func callAsFunction(_ x: Float, _ y: Float) -> Float {
    let column = Self.floor(x)
    let row = Self.floor(y)
    let across = Self.ease(x - Float(column))
    let down = Self.ease(y - Float(row))
    let upper = Self.mix(corner(column, row), corner(column &+ 1, row), across)
    let lower = Self.mix(corner(column, row &+ 1), corner(column &+ 1, row &+ 1), across)
    return Self.mix(upper, lower, down)
  }

  func callAsFunction(_ point: Point) -> Float { self(point.x, point.y) }

  private func corner(_ column: Int32, _ row: Int32) -> Float {
    var bits = UInt32(bitPattern: column) &* 0x9E37_79B1 ^ key
    bits = (bits ^ (bits >> 15)) &* 0x85EB_CA77
    bits = (bits ^ UInt32(bitPattern: row)) &* 0xC2B2_AE3D
    bits = (bits ^ (bits >> 13)) &* 0x27D4_EB2F
    return Float(Int32(bitPattern: bits ^ (bits >> 16))) * 0x1p-31
  }

  /// The greatest integer not above `value`, for magnitudes below 2²².
  ///
  /// In the sum with 1.5 · 2²³ one unit in the last place is 1, so its bits hold the nearest integer.
  private static func floor(_ value: Float) -> Int32 {
    let nearest = Int32(bitPattern: (value + 0x1.8p23).bitPattern) &- 0x4B40_0000
    return Float(nearest) > value ? nearest &- 1 : nearest
  }

  private static func ease(_ t: Float) -> Float { t * t * (3 - 2 * t) }

  private static func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }
}

/// 0 below `low`, 1 above `high`, a smooth cubic between.
func smoothStep(_ low: Float, _ high: Float, _ value: Float) -> Float {
  let t = min(max((value - low) / (high - low), 0), 1)
  return t * t * (3 - 2 * t)
}
