public import IntaglioGraph
import IntaglioNumerics

extension MultiThreshold {
  /// The thresholds of a requantization: equation (13).
  ///
  /// `nil` when its parameters do not stretch over each other, which those of a graph do.
  public init?(_ requantizer: Requantizer) {
    let codes = requantizer.type.range
    let lines = requantizer.multiplier.combined(requantizer.offset) {
      Line(multiplier: $0, offset: $1)
    }
    let tables = lines?.combined(requantizer.zeroPoint) { line, zeroPoint in
      ThresholdTable(
        multiplier: line.multiplier,
        offset: line.offset,
        zeroPoint: zeroPoint,
        codes: codes
      )
    }
    guard let tables else { return nil }
    self.init(requantizer.type, tables: tables)
  }

  private struct Line: Hashable {
    let multiplier: Rational
    let offset: Rational
  }
}
