public import IntaglioGraph

/// The elements of one value while a float32 program runs.
public typealias Float32Tensor = EvaluatedTensor<Float, Int32>

/// What one run of a float32 program gives.
public typealias Float32Result = EvaluationResult<Float, Int32>

extension EvaluatedTensor<Float, Int32> {
  /// Every element as a float, rounded where an integer needs more than 24 bits.
  public var floats: [Float] {
    switch self {
    case .real(let values): values
    case .integer(let values): values.map(Float.init)
    }
  }

  /// The elements, leaving nothing behind: whoever held the last reference may change them in
  /// place.
  /// - Precondition: they are reals.
  mutating func takeReals() -> [Float] {
    guard case .real(let values) = self else { preconditionFailure("integers where reals belong") }
    self = .real([])
    return values
  }
}
