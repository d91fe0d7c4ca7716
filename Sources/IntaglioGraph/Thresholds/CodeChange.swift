import IntaglioNumerics

/// One step of a code, up or down, at one place of the real line.
struct CodeChange: Sendable {
  let cut: Cut
  /// +1 or −1, as x grows.
  let step: Int
  /// What the chain of functions crosses there.
  let tie: Rational
  /// A double near the cut, and how far it may be from it beside its own rounding; `nil` where a
  /// double would lose too much.
  let near: (center: Double, radius: Double)?

  init(cut: Cut, step: Int, tie: Rational) {
    self.cut = cut
    self.step = step
    self.tie = tie
    let center = ((cut.lower + cut.upper) / 2).doubleValue
    let radius = ((cut.upper - cut.lower) / 2).doubleValue * (1 + 0x1p-40)
    let isNormal = (0x1p-500...0x1p500).contains(center.magnitude)
    near = isNormal || cut.isExact && cut.lower.isZero ? (center, radius) : nil
  }
}
