extension FixedWidthInteger {
  /// self / 2^`shift`, rounded half to even: equation (16) of `Docs/Mathematics.md`.
  ///
  /// - Precondition: `shift` is not negative, and the sum self + 2^(shift − 1) does not overflow.
  @inlinable
  public func shiftedRounding(by shift: Int) -> Self {
    guard shift > 0 else { return self }
    let floor = self >> shift
    return (self + ((1 << (shift - 1)) - 1 + (floor & 1))) >> shift
  }
}
