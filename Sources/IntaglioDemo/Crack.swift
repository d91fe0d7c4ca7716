/// The metal tore: a dark, jagged line of changing width that may fork.
struct Crack {
  private let paths: [Stroke]
  private let darkness: Float
  private let opening: ValueNoise

  init(_ chance: inout Chance) {
    let direction = chance.direction()
    let count = 5 + chance.integer(below: 12)
    let start = chance.point(margin: 16) - direction * (Float(count) * 1.3)
    let width = chance.uniform(0.3...0.75)
    let trunk = Self.walk(from: start, towards: direction, steps: count, &chance)
    var strokes = [Stroke(trunk, halfWidth: width)]
    if chance.happens(0.5) {
      let side = chance.happens(0.5) ? direction.perpendicular : -direction.perpendicular
      let fork = trunk[1 + chance.integer(below: count - 1)]
      let twig = Self.walk(
        from: fork,
        towards: (direction + side) * 0.7071,
        steps: 2 + chance.integer(below: 4),
        &chance
      )
      strokes.append(Stroke(twig, halfWidth: 0.75 * width))
    }
    paths = strokes
    darkness = chance.uniform(0.24...0.72)
    opening = ValueNoise(&chance)
  }

  func apply(to plate: inout Plate) {
    for path in paths {
      path.draw(on: &plate) { strength, _, point, relief, reflectance in
        let depth = strength * (0.85 + 0.3 * opening(point / 4))
        reflectance *= 1 - darkness * depth
        relief -= 0.12 * depth
      }
    }
  }

  /// Steps of two to five pixels, each turned a little from the general direction.
  private static func walk(
    from start: Point,
    towards direction: SIMD2<Float>,
    steps: Int,
    _ chance: inout Chance
  ) -> [Point] {
    var points = [start]
    var here = start
    for _ in 0..<steps {
      let turn = direction.perpendicular * chance.uniform(-1.1...1.1)
      let heading = direction + turn
      here += heading / heading.length * chance.uniform(2...4.6)
      points.append(here)
    }
    return points
  }
}
