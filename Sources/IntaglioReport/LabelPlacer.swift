/// Finds places for names beside their points: none upon another, upon a point or beyond the edge.
struct LabelPlacer {
  /// Where a name came to stand.
  struct Place {
    let x, y: Double
    let box: Box
    /// Leads from the point to a name further away.
    let leader: Line?
  }

  private let bounds: Box
  private var taken: [Box]
  private var lines: [Line]

  /// - Parameters:
  ///   - bounds: what no name leaves.
  ///   - taken: what no name may cover.
  ///   - lines: what names should rather not cover.
  init(bounds: Box, taken: [Box], lines: [Line]) {
    (self.bounds, self.taken, self.lines) = (bounds, taken, lines)
  }

  /// A place beside the point at (`x`, `y`), which the name takes; `nil` where there is none.
  mutating func place(
    width: Double,
    size: Double,
    x: Double,
    y: Double,
    radius: Double = Mark.radius
  ) -> Place? {
    var best: (place: Place, crossings: Int)?
    for (distance, penalty) in [(0.0, 0), (10, 1), (22, 2), (36, 3)] {
      for (dx, dy) in Self.directions {
        let place = self.place(width, size, x, y, dx, dy, distance, radius)
        guard isFree(place.box) else { continue }
        let free = place.leader.map { leader in
          taken.count { $0.isCrossed(by: leader) }
        }
        let crossings =
          penalty + 2 * lines.count { place.box.isCrossed(by: $0) } + 3 * max((free ?? 1) - 1, 0)
        if crossings < best?.crossings ?? .max { best = (place, crossings) }
      }
      if let best, best.crossings <= penalty { break }
    }
    guard let best else { return nil }
    taken.append(best.place.box)
    if let leader = best.place.leader { lines.append(leader) }
    return best.place
  }

  /// A place among `candidates`, left lower corners of texts, for what belongs to no point.
  mutating func place(width: Double, size: Double, candidates: [(x: Double, y: Double)]) -> Place? {
    var best: (place: Place, crossings: Int)?
    for (x, y) in candidates {
      let box = SVG.box(x: x, y: y, width: width, size: size)
      guard isFree(box) else { continue }
      let crossings = lines.count { box.isCrossed(by: $0) }
      guard crossings < best?.crossings ?? .max else { continue }
      best = (Place(x: x, y: y, box: box, leader: nil), crossings)
      if crossings == 0 { break }
    }
    if let best { taken.append(best.place.box) }
    return best?.place
  }

  /// Whether a name can stand there, with a little room around, for some letters reach out of their place.
  private func isFree(_ box: Box) -> Bool {
    let wide = box.grown(by: 1)
    return bounds.contains(box) && !taken.contains(where: wide.overlaps)
  }

  /// Right, left, above, below, and between.
  private static let directions: [(Double, Double)] = [
    (1, 0), (0, -1), (-1, 0), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1),
  ]

  private func place(
    _ width: Double,
    _ size: Double,
    _ x: Double,
    _ y: Double,
    _ dx: Double,
    _ dy: Double,
    _ distance: Double,
    _ radius: Double
  ) -> Place {
    let isCorner = dx != 0 && dy != 0
    let gap = (radius + 2) * (isCorner ? 0.9 : 1) + distance * (isCorner ? 0.6 : 1)
    // The middle of the edge, or the corner, that looks at the point.
    let (edgeX, edgeY) = (x + dx * gap, y + dy * gap)
    let height = 1.12 * size
    let left = dx > 0 ? edgeX : dx < 0 ? edgeX - width : x - width / 2
    let top = dy > 0 ? edgeY : dy < 0 ? edgeY - height : y - height / 2
    let baseline = top + 0.86 * size
    let box = SVG.box(x: left, y: baseline, width: width, size: size)
    let leader = distance > 0 ? Line(x, y, edgeX, edgeY) : nil
    return Place(x: left, y: baseline, box: box, leader: leader)
  }
}
