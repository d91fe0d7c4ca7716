import BigInt
import IntaglioNumerics

/// m, n and the cap of (23) or (32) for the scales of one unit: an m for each, one n and one cap.
///
/// A shift by n is one by a greater n where m is multiplied by two as often, and a greater cap changes no
/// power: beyond its own cap nothing is left of it, unless that cap is the greatest there is.
struct ExponentSlope: Hashable, Sendable {
  let multiplier: ParameterSetNumber
  let shift: Int
  let cap: Int

  init(_ base2: [Base2Exponential]) {
    self.init(base2.map { ($0.multiplier, $0.shift, $0.cap) })
  }

  init(_ product: [Base2ProductExponential]) {
    self.init(product.map { ($0.multiplier, $0.shift, $0.cap) })
  }

  private init(_ slopes: [(multiplier: Int, shift: Int, cap: Int)]) {
    let shift = slopes.map(\.shift).max() ?? 0
    self.shift = shift
    cap = slopes.map(\.cap).max() ?? 0
    multiplier = ParameterSetNumber(
      "multiplier",
      slopes.map { BigInt($0.multiplier) << (shift - $0.shift) }
    )
  }

  /// The greatest D·m where no D is beyond `largest`.
  func greatestProduct(_ largest: Int) -> BigInt { BigInt(min(cap, largest)) * multiplier.greatest }
}
