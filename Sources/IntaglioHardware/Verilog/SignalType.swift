public import BigInt
public import IntaglioNumerics

extension Verilog {
  /// The width and the sign of a signal or an expression.
  public struct SignalType: Hashable, Sendable, CustomStringConvertible {
    public let bits: Int
    /// Two's complement.
    public let isSigned: Bool

    /// - Precondition: `bits` is positive.
    public init(bits: Int, signed isSigned: Bool) {
      precondition(bits > 0, "a signal has at least one bit")
      (self.bits, self.isSigned) = (bits, isSigned)
    }

    public init(_ type: IntegerType) { self.init(bits: type.bits, signed: type.isSigned) }

    /// The narrowest type that holds all of `range`, signed when that goes below zero.
    public init(holding range: ClosedRange<BigInt>) {
      let signed = range.lowerBound.signum() < 0
      // One's complement of a negative number has as many digits as its two's complement, less the sign.
      let ends = [range.lowerBound, range.upperBound].map { $0.signum() < 0 ? -$0 - 1 : $0 }
      let digits = ends.map(\.magnitude.bitWidth).max() ?? 0
      self.init(bits: max(1, digits + (signed ? 1 : 0)), signed: signed)
    }

    /// The narrowest type that holds all of `range`, signed when that goes below zero.
    public init(holding range: ClosedRange<Int>) {
      self.init(holding: BigInt(range.lowerBound)...BigInt(range.upperBound))
    }

    /// One unsigned bit: a condition.
    public static let bit = SignalType(bits: 1, signed: false)
    public static func unsigned(_ bits: Int) -> Self { Self(bits: bits, signed: false) }
    public static func signed(_ bits: Int) -> Self { Self(bits: bits, signed: true) }

    /// Every number that it can hold.
    public var range: ClosedRange<BigInt> {
      let half = BigInt(1) << (bits - 1)
      return isSigned ? -half...half - 1 : 0...half * 2 - 1
    }

    public var description: String { "\(isSigned ? "i" : "u")\(bits)" }

    /// The width of an address of `count` words.
    public static func address(of count: Int) -> Self {
      .unsigned(max(1, Int.bitWidth - (count - 1).leadingZeroBitCount))
    }
  }
}
