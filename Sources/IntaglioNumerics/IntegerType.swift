/// A signed or unsigned integer of 1 to 32 bits, written `i3` or `u4`.
///
/// Signed types are two's complement and use the whole range: `i3` holds −4…3.
public struct IntegerType: Hashable, Sendable, CustomStringConvertible {
  /// The width in bits, 1 to 32.
  public let bits: Int
  public let isSigned: Bool

  /// - Precondition: `1...32` contains `bits`.
  public init(bits: Int, signed isSigned: Bool) {
    precondition((1...32).contains(bits), "an integer type has 1 to 32 bits, not \(bits)")
    self.bits = bits
    self.isSigned = isSigned
  }

  /// The type named by `text`, such as `i8` or `u3`; `nil` when `text` names none.
  public init?(_ text: some StringProtocol) {
    guard
      let first = text.first, first == "i" || first == "u",
      let bits = Int(text.dropFirst()), (1...32).contains(bits)
    else { return nil }
    self.init(bits: bits, signed: first == "i")
  }

  public static let i8 = IntegerType(bits: 8, signed: true)
  public static let u8 = IntegerType(bits: 8, signed: false)
  /// The accumulator of every matrix multiplication.
  public static let i32 = IntegerType(bits: 32, signed: true)

  public static func i(_ bits: Int) -> IntegerType { IntegerType(bits: bits, signed: true) }
  public static func u(_ bits: Int) -> IntegerType { IntegerType(bits: bits, signed: false) }

  /// Every value that the type can hold.
  public var range: ClosedRange<Int> {
    isSigned ? -(1 << (bits - 1))...(1 << (bits - 1)) - 1 : 0...(1 << bits) - 1
  }

  public var description: String { "\(isSigned ? "i" : "u")\(bits)" }
}

extension IntegerType {
  /// The narrowest type, signed when `range` goes below zero, that holds all of `range`.
  public init?(holding range: ClosedRange<Int>) {
    let signed = range.lowerBound < 0
    for bits in 1...32 {
      let candidate = IntegerType(bits: bits, signed: signed)
      if candidate.range.contains(range.lowerBound), candidate.range.contains(range.upperBound) {
        self = candidate
        return
      }
    }
    return nil
  }
}
