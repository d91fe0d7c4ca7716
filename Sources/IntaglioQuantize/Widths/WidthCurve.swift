import IntaglioNumerics

/// The divergence that an operand of one multiplication causes, by its bits, everything else as it is.
///
/// Measured at some widths; between them log D is a straight line in the number of bits, below them the first
/// line goes on, above them D falls by 4 with every bit, as the square of a step does.
public struct WidthCurve: Sendable, Hashable, Codable {
  /// Nats by bits.
  public let measured: [Int: Double]

  public init(_ measured: [Int: Double]) { self.measured = measured }

  /// Ascending.
  private var points: [(bits: Int, log: Double)] {
    measured.sorted { $0.key < $1.key }.map { ($0.key, SystemMath.log(max($0.value, 1e-9))) }
  }

  /// Nats at any width.
  public subscript(bits: Int) -> Double {
    let points = points
    guard let first = points.first, let last = points.last else { return 0 }
    if bits >= last.bits {
      return SystemMath.exp(last.log - Double(bits - last.bits) * SystemMath.log(4))
    }
    guard points.count > 1 else {
      return SystemMath.exp(first.log + Double(first.bits - bits) * SystemMath.log(4))
    }
    let upper = max(1, points.firstIndex { $0.bits > bits } ?? points.count - 1)
    let (a, b) = (points[upper - 1], points[upper])
    let slope = (b.log - a.log) / Double(b.bits - a.bits)
    return SystemMath.exp(a.log + slope * Double(bits - a.bits))
  }
}
