/// Something hard slid over the part: a long, thin, gently bent groove with bright fresh metal.
struct Scratch {
  private let path: Stroke
  private let depth: Float
  private let gloss: Float
  private let skips: ValueNoise

  /// A scratch crosses the strokes of the finish at an angle that may be small, but not nothing.
  init(_ chance: inout Chance, across finish: Finish) {
    let middle = chance.point(margin: 14)
    var direction = chance.direction()
    if finish.process != .blasted, abs(direction.dot(finish.direction.perpendicular)) < 0.2 {
      direction = (direction + finish.direction.perpendicular * 0.5)
      direction /= direction.length
    }
    let half = direction * chance.uniform(9...30)
    let bend = direction.perpendicular * chance.uniform(-5...5)
    path = Stroke(
      Self.arc(middle - half, middle + bend, middle + half),
      halfWidth: chance.uniform(0.3...0.8)
    )
    let severity = chance.uniform(0.3...1)
    depth = 0.42 * severity
    gloss = (chance.happens(0.75) ? 0.42 : -0.38) * severity
    skips = ValueNoise(&chance)
  }

  func apply(to plate: inout Plate) {
    path.draw(on: &plate) { strength, along, _, relief, reflectance in
      let pressure = strength * (0.78 + 0.45 * skips(along * 7, 0))
      relief -= depth * pressure
      reflectance *= 1 + gloss * pressure
    }
  }

  /// Nine points of the parabola that starts at `a` towards `b` and ends at `c`.
  private static func arc(_ a: Point, _ b: Point, _ c: Point) -> [Point] {
    (0...8).map { step in
      let t = Float(step) / 8
      return a * ((1 - t) * (1 - t)) + b * (2 * t * (1 - t)) + c * (t * t)
    }
  }
}
