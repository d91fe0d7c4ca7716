/// What becomes of the clock of registers that keep their value in many cycles.
public enum ClockGating: String, CaseIterable, Hashable, Sendable, Codable {
  /// Every flip-flop is clocked in every cycle, and loads what it has.
  case ungated = "none"
  /// Registers of three bits or more that load under an enable have a gate, one for each enable: the
  /// clock OR not the enable, so that it stays high while nothing is loaded.
  ///
  /// Without a latch: enables come from flip-flops, change while the clock is high and have half a cycle
  /// to settle.
  case perEnable = "per enable"
}
