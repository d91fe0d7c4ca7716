public import IntaglioGraph
public import IntaglioNumerics

/// What an exponential's circuit is made of: two of one form differ in a multiplier alone.
public enum ExponentialSignature: Hashable, Sendable {
  /// Of equation (23): the tables.
  case base2(fractionBits: Int, tableBits: Int)
  /// Of equation (32): which bits of a difference are rounded away.
  case product(dropped: Int)
  /// Of equation (24): everything.
  case shift(unit: Int)

  /// - Precondition: `scale` is positive.
  public init(_ exponential: IntegerSoftmax.Exponential, scale: Rational) {
    switch exponential {
    case .base2(let fractionBits, let tableBits):
      self = .base2(fractionBits: fractionBits, tableBits: tableBits)
    case .base2Product: self = .product(dropped: Base2ProductExponential(scale: scale).dropped)
    case .shiftmax: self = .shift(unit: ShiftExponential(scale: scale).unit)
    }
  }
}
