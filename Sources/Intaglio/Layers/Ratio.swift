import IntaglioNumerics

/// A signal-to-quantization-noise ratio: 10·log₁₀(Σ a² / Σ (a − b)²).
public enum Ratio: Hashable, Sendable {
  /// Both sides are equal.
  case exact
  case decibels(Double)
  /// Side a is zero everywhere, b is not.
  case noSignal

  /// - Parameters:
  ///   - signal: Σ a².
  ///   - noise: Σ (a − b)².
  init(signal: Double, noise: Double) {
    if noise == 0 {
      self = .exact
    } else if signal == 0 {
      self = .noSignal
    } else {
      self = .decibels(10 * SystemMath.log10(signal / noise))
    }
  }

  /// Whether less is left of the signal than `threshold` decibels.
  public func isBelow(_ threshold: Double) -> Bool {
    switch self {
    case .exact: false
    case .decibels(let decibels): decibels < threshold
    case .noSignal: true
    }
  }
}
