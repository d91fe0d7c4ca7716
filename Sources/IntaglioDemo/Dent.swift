/// A blow pressed the metal in: a smooth oval bowl, one flank bright and the other dark.
struct Dent {
  private let centre: Point
  private let axis: SIMD2<Float>
  private let radii: SIMD2<Float>
  private let depth: Float

  init(_ chance: inout Chance) {
    centre = chance.point(margin: 11)
    axis = chance.direction()
    let radius = chance.uniform(4...13)
    radii = SIMD2(radius, radius * chance.uniform(0.6...1))
    // Slopes, not depths, make a dent visible: depth grows with the radius.
    depth = radius * chance.uniform(0.07...0.3)
  }

  func apply(to plate: inout Plate) {
    plate.work(around: centre, reach: 1.4 * radii.x) { point, relief, _ in
      let offset = point - centre
      let place = SIMD2(offset.dot(axis), offset.dot(axis.perpendicular)) / radii
      let t = place.dot(place) / 1.9
      guard t < 1 else { return }
      // A bowl with a slightly raised lip: the displaced metal went somewhere.
      relief -= depth * (1 - t) * (1 - t) * (1 - 1.35 * t)
    }
  }
}
