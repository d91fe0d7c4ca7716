extension ReferenceTensor {
  /// The elements, leaving nothing behind: whoever held the last reference may change them in
  /// place.
  /// - Precondition: they are reals.
  mutating func takeReals() -> [Float] {
    guard case .real(let values) = self else { preconditionFailure("integers where reals belong") }
    self = .real([])
    return values
  }
}
