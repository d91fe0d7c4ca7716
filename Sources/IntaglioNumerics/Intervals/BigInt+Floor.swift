import BigInt

extension BigInt {
  /// ⌊self / 2^bits⌋; the package's own shift of a negative number rounds towards zero.
  func floorShifted(by bits: Int) -> BigInt {
    guard sign == .minus else { return BigInt(magnitude >> bits) }
    let mask = (BigUInt(1) << bits) - 1
    return -BigInt((magnitude + mask) >> bits)
  }

  /// ⌊self / divisor⌋ of a positive divisor.
  func floorDivided(by divisor: BigInt) -> BigInt {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder.isZero || sign == .plus ? quotient : quotient - 1
  }
}
