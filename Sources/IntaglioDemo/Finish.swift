/// How the part was machined: the direction and the grain of its texture.
struct Finish {
  /// The tool's path: straight strokes, arcs about a far centre, or no direction at all.
  enum Process { case brushed, turned, blasted }

  let process: Process
  /// Along the strokes (at the middle of the picture).
  let direction: SIMD2<Float>
  private let origin: Point
  private let radius: Float
  private let grain: Float
  private let stroke: Float
  private let strength: Float
  private let streaks: ValueNoise
  private let grooves: ValueNoise
  private let waves: ValueNoise

  init(_ chance: inout Chance) {
    let pick = chance.uniform(0...1)
    process = pick < 0.5 ? .brushed : pick < 0.78 ? .turned : .blasted
    direction = chance.direction()
    radius = chance.uniform(45...180)
    let middle = Point(repeating: Float(SurfaceImage.side) / 2)
    origin = process == .turned ? middle - direction.perpendicular * radius : middle
    grain = chance.uniform(0.55...1.3)
    stroke = chance.uniform(10...42)
    strength = chance.uniform(0.5...1.25)
    streaks = ValueNoise(&chance)
    grooves = ValueNoise(&chance)
    waves = ValueNoise(&chance)
  }

  /// Distance along the strokes and across them, in pixels.
  func coordinates(_ point: Point) -> (along: Float, across: Float) {
    let offset = point - origin
    let along = offset.dot(direction)
    switch process {
    case .brushed, .blasted: return (along, offset.dot(direction.perpendicular))
    case .turned: return (along, offset.length - radius)
    }
  }

  func apply(to plate: inout Plate) {
    plate.work { point, relief, reflectance in
      switch process {
      case .brushed, .turned: stroke(point, &relief, &reflectance)
      case .blasted: blast(point, &relief, &reflectance)
      }
    }
  }

  private func stroke(_ point: Point, _ relief: inout Float, _ reflectance: inout Float) {
    let (along, straight) = coordinates(point)
    let across = straight + 0.4 * waves(along / 16, straight / 6)
    let fine = grooves(along / stroke, across / (0.62 * grain))
    let middle = streaks(along / (2 * stroke), across / (1.7 * grain))
    let broad = waves(along / (4 * stroke) + 31, across / (6 * grain))
    relief += strength * (0.03 * fine + 0.05 * middle)
    reflectance *= 1 + strength * (0.075 * fine + 0.05 * middle + 0.05 * broad)
  }

  private func blast(_ point: Point, _ relief: inout Float, _ reflectance: inout Float) {
    let fine = grooves(point / (0.8 * grain))
    let middle = streaks(point / (1.9 * grain))
    let broad = waves(point / (7 * grain))
    relief += strength * (0.05 * fine + 0.12 * middle)
    reflectance *= 1 + strength * (0.05 * fine + 0.03 * middle + 0.03 * broad)
  }
}
