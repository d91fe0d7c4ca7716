/// Oil or coolant dried on the part: a ragged patch of another tone, often with a darker rim.
struct Stain {
  private let centre: Point
  private let radius: Float
  private let tone: Float
  private let rim: Float
  private let softness: Float
  private let coast: ValueNoise
  private let body: ValueNoise

  init(_ chance: inout Chance) {
    centre = chance.point(margin: 10)
    radius = chance.uniform(5...17)
    let strength = chance.uniform(0.085...0.3)
    tone = chance.happens(0.8) ? -strength : 0.7 * strength
    rim = chance.happens(0.5) ? chance.uniform(0.03...0.14) : 0
    softness = chance.uniform(0.1...0.5)
    coast = ValueNoise(&chance)
    body = ValueNoise(&chance)
  }

  func apply(to plate: inout Plate) {
    plate.work(around: centre, reach: 1.7 * radius) { point, relief, reflectance in
      let offset = (point - centre) / radius
      let turned = SIMD2(0.8 * offset.x - 0.6 * offset.y, 0.6 * offset.x + 0.8 * offset.y)
      let ragged = 0.34 * coast(offset * 1.4) + 0.2 * body(turned * 2.9) + 0.1 * coast(turned * 6.1)
      let inside = 1 - offset.length + ragged
      let cover = smoothStep(0, softness, inside)
      let edge = cover * (1 - smoothStep(0, 0.22, inside - softness / 2))
      let patchy = 1 + 0.4 * body(point / 3.5)
      reflectance *= 1 + tone * patchy * cover - rim * edge
      relief *= 1 - 0.35 * cover
    }
  }
}
