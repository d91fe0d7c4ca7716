/// What every real part shows and no inspector minds: tool marks, chatter, dust, a faint haze.
///
/// They make the task honest: a line along the strokes is no scratch, a speck is no pit, a broad
/// pale cloud is no stain.
struct Blemishes {
  private struct Mark { let across, halfWidth, depth: Float }
  private struct Speck { let centre: Point, radius, tone: Float }
  private struct Haze { let centre: Point, radius, tone: Float }
  private struct Chatter { let period, phase, tone: Float }

  private var marks: [Mark] = []
  private var specks: [Speck] = []
  private var haze: Haze?
  private var chatter: Chatter?

  init(_ chance: inout Chance, on finish: Finish) {
    let hasStrokes = finish.process != .blasted
    if hasStrokes, chance.happens(0.45) {
      for _ in 0...chance.integer(below: 3) {
        marks.append(
          Mark(
            across: chance.uniform(-30...30),
            halfWidth: chance.uniform(0.35...0.9),
            depth: chance.uniform(-0.22...0.22)
          )
        )
      }
    }
    if chance.happens(0.5) {
      for _ in 0...chance.integer(below: 5) {
        specks.append(
          Speck(
            centre: chance.point(margin: 1),
            radius: chance.uniform(0.45...1.15),
            tone: chance.uniform(-0.34...0.3)
          )
        )
      }
    }
    if chance.happens(0.35) {
      haze = Haze(
        centre: chance.point(margin: 0),
        radius: chance.uniform(14...30),
        tone: chance.uniform(-0.09...0.09)
      )
    }
    if hasStrokes, chance.happens(0.3) {
      chatter = Chatter(
        period: chance.uniform(5...14),
        phase: chance.uniform(0...1),
        tone: chance.uniform(0.02...0.06)
      )
    }
  }

  func apply(to plate: inout Plate, along finish: Finish) {
    plate.work { point, relief, reflectance in
      let across = finish.coordinates(point).across
      for mark in marks {
        let t = (across - mark.across) / mark.halfWidth
        let strength = 1 / (1 + t * t)
        relief -= 0.5 * abs(mark.depth) * strength
        reflectance *= 1 + mark.depth * strength
      }
      if let chatter {
        let turn = across / chatter.period + chatter.phase
        let saw = turn - turn.rounded(.down)
        reflectance *= 1 + chatter.tone * (4 * abs(saw - 0.5) - 1)
      }
      if let haze {
        let offset = (point - haze.centre) / haze.radius
        let t = max(1 - offset.dot(offset), 0)
        reflectance *= 1 + haze.tone * t * t
      }
    }
    for speck in specks {
      plate.work(around: speck.centre, reach: 3 * speck.radius) { point, _, reflectance in
        let offset = (point - speck.centre) / speck.radius
        let t = max(1 - offset.dot(offset) / 6, 0)
        reflectance *= 1 + speck.tone * t * t
      }
    }
  }
}
