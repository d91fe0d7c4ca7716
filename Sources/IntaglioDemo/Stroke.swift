/// A line drawn on the plate: points joined by straight segments, tapering to both ends.
struct Stroke {
  private let points: [Point]
  private let halfWidth: Float

  /// At `halfWidth` pixels from the middle half of the effect is left.
  init(_ points: [Point], halfWidth: Float) {
    self.points = points
    self.halfWidth = halfWidth
  }

  /// Changes every cell near the line.
  ///
  /// `change` gets the strength of the stroke there, 1 in the middle and 0 at the edge, how far
  /// along the line the cell lies (0 … 1), and the cell as in `Plate.work`.
  func draw(
    on plate: inout Plate,
    _ change: (_ strength: Float, _ along: Float, Point, inout Float, inout Float) -> Void
  ) {
    guard let first = points.first else { return }
    let reach = 4 * halfWidth + 1
    let low = points.reduce(first) { pointwiseMin($0, $1) } - reach
    let high = points.reduce(first) { pointwiseMax($0, $1) } + reach
    plate.work(from: low, to: high) { point, relief, reflectance in
      let (distance, along) = nearest(to: point)
      guard distance < reach else { return }
      let ends = 6 * min(along, 1 - along)
      let width = halfWidth * (0.35 + 0.65 * min(ends, 1))
      let t = distance / width
      let strength = 1 / (1 + t * t)
      // Minus its value at the edge, so that the effect ends without a step.
      let edge = 1 / (1 + reach * reach / (width * width))
      change(max(strength - edge, 0), along, point, &relief, &reflectance)
    }
  }

  /// Distance to the line and the place on it, 0 at its start and 1 at its end.
  private func nearest(to point: Point) -> (distance: Float, along: Float) {
    var best = (distance: Float.infinity, along: Float(0))
    for index in points.indices.dropLast() {
      let segment = points[index + 1] - points[index]
      let offset = point - points[index]
      let share = min(max(offset.dot(segment) / max(segment.dot(segment), 1e-6), 0), 1)
      let gap = offset - segment * share
      let squared = gap.dot(gap)
      if squared < best.distance {
        best = (squared, (Float(index) + share) / Float(points.count - 1))
      }
    }
    return (best.distance.squareRoot(), best.along)
  }
}
