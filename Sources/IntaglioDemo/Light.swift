/// The lamp: where it stands, how strong it is and how unevenly it lights the plate.
struct Light {
  /// From the plate to the lamp, seen from above.
  let direction: SIMD2<Float>
  /// How strongly a slope changes the brightness: a low lamp shows every groove.
  let relief: Float
  private let level: Float
  private let gradient: SIMD2<Float>
  private let hotspot: Point
  private let hotspotWidth: Float
  private let hotspotGain: Float

  init(_ chance: inout Chance) {
    direction = chance.direction()
    relief = chance.uniform(0.55...1.1)
    level = chance.uniform(96...176)
    let tilt = chance.uniform(0...0.3)
    gradient = (direction + 0.5 * chance.direction()) * (tilt / Float(SurfaceImage.side / 2))
    hotspot = chance.point(margin: -10)
    hotspotWidth = chance.uniform(14...40)
    hotspotGain = chance.uniform(0...0.42)
  }

  /// Grey level of clean flat metal at `point`.
  func brightness(_ point: Point) -> Float {
    let middle = point - Point(repeating: Float(SurfaceImage.side) / 2)
    let distance = (point - hotspot) / hotspotWidth
    let glow = hotspotGain / (1 + distance.dot(distance))
    return level * (1 + gradient.dot(middle) + glow)
  }

  /// Factor for a surface that rises by `slope` pixels per pixel.
  func shade(_ slope: SIMD2<Float>) -> Float {
    min(max(1 - relief * slope.dot(direction), 0.2), 1.9)
  }
}
