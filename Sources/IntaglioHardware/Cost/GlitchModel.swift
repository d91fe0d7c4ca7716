/// How a gate-level simulation counts changes within one cycle.
public enum GlitchModel: String, CaseIterable, Hashable, Sendable, Codable {
  /// Cells take no time: a net changes at most once a cycle, as its function does.
  case zeroDelay = "zero delay"
  /// Cells take the delays of their models' `specify` blocks, which do not know the load: nets may
  /// change several times before they settle.
  case cellDelays = "cell delays"
}
