/// A square of metal before it is photographed, on a grid twice as fine as the picture.
///
/// Whatever happens to the metal is one of two things: its height changes, which the light turns
/// into bright and dark flanks, or it reflects more or less.
struct Plate {
  /// Cells per pixel, along each axis.
  static let fineness = 2
  /// Cells per row and per column.
  static let side = SurfaceImage.side * fineness

  /// Height above the ideal surface in pixels, `side` · `side` cells, row after row.
  var relief = [Float](repeating: 0, count: side * side)
  /// Share of the light that comes back, 1 for clean metal; same layout.
  var reflectance = [Float](repeating: 1, count: side * side)

  /// Changes the cells within `reach` pixels (along each axis) of `centre`.
  mutating func work(
    around centre: Point,
    reach: Float,
    _ change: (Point, inout Float, inout Float) -> Void
  ) {
    work(from: centre - reach, to: centre + reach, change)
  }

  /// Changes every cell of the box; `change` gets position, relief and reflectance.
  mutating func work(
    from low: Point = Point(0, 0),
    to high: Point = Point(repeating: Float(SurfaceImage.side)),
    _ change: (Point, inout Float, inout Float) -> Void
  ) {
    let rows = Self.cells(low.y, high.y)
    let columns = Self.cells(low.x, high.x)
    for row in rows {
      for column in columns {
        let cell = row * Self.side + column
        change(Self.position(column, row), &relief[cell], &reflectance[cell])
      }
    }
  }

  /// Centre of a cell.
  private static func position(_ column: Int, _ row: Int) -> Point {
    Point(Float(column) + 0.5, Float(row) + 0.5) / Float(fineness)
  }

  /// The cells between two positions, as far as the plate has any.
  private static func cells(_ low: Float, _ high: Float) -> Range<Int> {
    let limit = Float(side)
    let first = Int(min(max(low * Float(fineness), 0), limit))
    let end = Int(min(max(high * Float(fineness) + 1, 0), limit))
    return first..<max(first, end)
  }
}
