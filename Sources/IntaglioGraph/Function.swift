/// A function of one real number, applied to every element.
public enum Function: Hashable, Sendable, Codable {
  case negate
  case absolute
  case reciprocal
  case squareRoot
  case exp
  case log
  case erf
  case tanh
  case sigmoid
  case relu
  /// x·Φ(x) with the normal distribution's Φ, by `erf`.
  case gelu
  /// x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
  case geluTanh
  /// x·sigmoid(x).
  case silu
  /// x·clip(x/6 + 1/2, 0, 1).
  case hardSwish
  case clip(lower: Double, upper: Double)
  case power(Double)

  /// The name in listings and messages.
  public var name: String {
    switch self {
    case .negate: "negate"
    case .absolute: "abs"
    case .reciprocal: "reciprocal"
    case .squareRoot: "sqrt"
    case .exp: "exp"
    case .log: "log"
    case .erf: "erf"
    case .tanh: "tanh"
    case .sigmoid: "sigmoid"
    case .relu: "relu"
    case .gelu: "gelu"
    case .geluTanh: "gelu-tanh"
    case .silu: "silu"
    case .hardSwish: "hard-swish"
    case .clip(let lower, let upper): "clip[\(lower), \(upper)]"
    case .power(let exponent): "power \(exponent)"
    }
  }
}
