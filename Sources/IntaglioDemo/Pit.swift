/// Corrosion or a pore: one to three small, steep, ragged holes.
struct Pit {
  private struct Hole {
    let centre: Point
    let radius: Float
    let darkness: Float
    let edge: ValueNoise
  }

  private let holes: [Hole]

  init(_ chance: inout Chance) {
    let centre = chance.point(margin: 9)
    let darkness = chance.uniform(0.2...0.62)
    let count = 1 + chance.integer(below: 3)
    holes = (0..<count).map { number in
      let offset = chance.direction() * chance.uniform(3...10)
      return Hole(
        centre: number == 0 ? centre : centre + offset,
        radius: chance.uniform(number == 0 ? 1.4...4.2 : 0.9...2.6),
        darkness: darkness,
        edge: ValueNoise(&chance)
      )
    }
  }

  func apply(to plate: inout Plate) {
    for hole in holes {
      plate.work(around: hole.centre, reach: 2 * hole.radius + 1) { point, relief, reflectance in
        let offset = (point - hole.centre) / hole.radius
        let distance = offset.length + 0.3 * hole.edge(offset * 1.3)
        let depth = 1 - smoothStep(0.45, 1.25, distance)
        reflectance *= 1 - hole.darkness * depth
        relief -= 0.28 * hole.radius * hole.darkness * depth
      }
    }
  }
}
