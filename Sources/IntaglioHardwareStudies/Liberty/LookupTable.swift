/// Values over output load and input slew, interpolated: a nonlinear-delay-model table.
public struct LookupTable: Hashable, Sendable {
  /// What an index of a table counts.
  public enum Quantity: Hashable, Sendable {
    /// Farads at the output.
    case load
    /// Seconds that the input takes.
    case slew
  }

  public struct Axis: Hashable, Sendable {
    public let quantity: Quantity
    /// Ascending.
    public let points: [Double]

    public init(_ quantity: Quantity, _ points: [Double]) {
      (self.quantity, self.points) = (quantity, points)
    }
  }

  /// None, one or two; the last one runs fastest.
  public let axes: [Axis]
  public let values: [Double]

  /// - Precondition: at most two axes, each with points, and a value for every pair.
  public init(axes: [Axis], values: [Double]) {
    precondition(axes.count <= 2 && axes.allSatisfy { !$0.points.isEmpty }, "at most two axes")
    precondition(axes.reduce(1) { $0 * $1.points.count } == values.count, "a value for each point")
    (self.axes, self.values) = (axes, values)
  }

  /// Bilinear between points; beyond the first and the last one the value there.
  public func callAsFunction(load: Double, slew: Double) -> Double {
    let places = axes.map { axis in
      axis.place(of: axis.quantity == .load ? load : slew)
    }
    switch places.count {
    case 0: return values[0]
    case 1: return line(places[0], at: 0)
    default:
      let stride = axes[1].points.count
      let below = line(places[1], at: places[0].index * stride)
      guard places[0].fraction > 0 else { return below }
      let above = line(places[1], at: (places[0].index + 1) * stride)
      return below + (above - below) * places[0].fraction
    }
  }

  private func line(_ place: Axis.Place, at start: Int) -> Double {
    let below = values[start + place.index]
    guard place.fraction > 0 else { return below }
    return below + (values[start + place.index + 1] - below) * place.fraction
  }
}

extension LookupTable.Axis {
  /// The point below, and how far it is to the next one.
  struct Place {
    let index: Int
    let fraction: Double
  }

  func place(of value: Double) -> Place {
    let above = points.firstIndex { value < $0 } ?? points.count
    guard above > 0 else { return Place(index: 0, fraction: 0) }
    guard above < points.count else { return Place(index: points.count - 1, fraction: 0) }
    let (low, high) = (points[above - 1], points[above])
    return Place(index: above - 1, fraction: (value - low) / (high - low))
  }
}
