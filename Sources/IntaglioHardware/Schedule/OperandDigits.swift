public import IntaglioNumerics

/// What elements take of operands of one type: all of it, or one digit after the other.
///
/// A digit has at most `width` bits and no sign, but for the highest of signed operands, which may have one bit more:
/// x = Σ digit(i) · 2^(i · width).
public struct OperandDigits: Hashable, Sendable {
  /// Of the operands.
  public let type: IntegerType
  /// Bits of a digit, at most.
  public let width: Int

  public init(_ type: IntegerType, width: Int) { (self.type, self.width) = (type, width) }

  /// How many there are, at least one.
  public var count: Int {
    let bits = type.isSigned ? type.bits - 1 : type.bits
    return max(1, (bits + width - 1) / width)
  }

  /// The type of digit `index`, from the lowest on.
  public func type(of index: Int) -> IntegerType {
    index < count - 1
      ? IntegerType(bits: width, signed: false)
      : IntegerType(bits: type.bits - index * width, signed: type.isSigned)
  }

  /// The types of all of them.
  public var types: [IntegerType] { (0..<count).map { type(of: $0) } }

  /// Digit `index` of `number`, which is of `type`.
  public func digit(_ index: Int, of number: Int) -> Int {
    let rest = number >> (index * width)
    return index < count - 1 ? rest & (1 << width - 1) : rest
  }

  /// Digit `index` as what a tile takes of an operand.
  func part(_ index: Int) -> OperandPart {
    OperandPart(firstBit: index * width, bits: index < count - 1 ? width : nil)
  }
}

/// Which bits of an operand the elements take in a tile.
public struct OperandPart: Hashable, Sendable {
  /// All of it.
  public static let whole = OperandPart(firstBit: 0, bits: nil)

  public let firstBit: Int
  /// `nil` for all bits from the first one on, with the operand's sign.
  public let bits: Int?
}

/// One of the tiles that make the sums of a product together, each of one digit of both operands.
public struct DigitPass: Hashable, Sendable {
  /// Of a product whose operands elements take whole.
  public static let whole = DigitPass(shift: 0, isFirst: true, isLast: true)

  /// What the sums are worth: as many powers of two.
  public let shift: Int
  /// Nothing of the product was summed before.
  public let isFirst: Bool
  /// With it the sums are whole.
  public let isLast: Bool
}
