/// What a floating-point element computes: sum + a · b, the product rounded to the sum's format first.
public struct FloatMultiplyAdd: Hashable, Sendable {
  public let operand: FloatFormat
  public let sum: FloatFormat

  /// - Precondition: the sum's format has at least the operand's exponents and fractions.
  public init(operand: FloatFormat, sum: FloatFormat) {
    precondition(
      sum.exponentBits >= operand.exponentBits && sum.fractionBits >= operand.fractionBits,
      "a sum at least as precise as its operands"
    )
    (self.operand, self.sum) = (operand, sum)
  }

  /// a · b in the sum's format; zero is positive.
  public func product(_ a: UInt32, _ b: UInt32) -> UInt32 {
    let (left, right) = (operand.parts(a), operand.parts(b))
    return sum.pattern(
      isNegative: left.isNegative != right.isNegative,
      significand: left.significand * right.significand,
      exponent: left.exponent + right.exponent
    )
  }

  /// x + y in the sum's format; zero is positive.
  public func add(_ x: UInt32, _ y: UInt32) -> UInt32 {
    let (left, right) = (sum.parts(x), sum.parts(y))
    guard left.significand > 0 else { return right.significand > 0 ? y : 0 }
    guard right.significand > 0 else { return x }
    let (greater, lesser) = left.exponent < right.exponent ? (right, left) : (left, right)
    // Far below the last bit only the direction matters; 62 bits hold everything nearer exactly.
    let room = 61 - sum.fractionBits - 1
    let distance = greater.exponent - lesser.exponent
    let scaled = Int64(greater.significand) << min(distance, room)
    let small = distance <= room ? Int64(lesser.significand) : 1
    let total = (greater.isNegative ? -scaled : scaled) + (lesser.isNegative ? -small : small)
    return sum.pattern(
      isNegative: total < 0,
      significand: total.magnitude,
      exponent: greater.exponent - min(distance, room)
    )
  }
}
