/// Watts, by what they come from.
public struct PowerEstimate: Hashable, Sendable {
  /// Charging nets, without the clock's.
  public var switching = 0.0
  /// Inside cells, without what clock pins take.
  public var `internal` = 0.0
  /// The clock's net and the clock pins of flip-flops.
  public var clock = 0.0
  public var leakage = 0.0

  public var total: Double { switching + `internal` + clock + leakage }

  mutating func add(_ watts: Double, isClock: Bool, isInternal: Bool) {
    if isClock {
      clock += watts
    } else if isInternal {
      `internal` += watts
    } else {
      switching += watts
    }
  }
}
