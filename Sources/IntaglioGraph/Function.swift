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

  /// Which function it is, whatever its parameters; the text is its name on disk and never changes.
  public enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
    case negate
    case absolute = "abs"
    case reciprocal
    case squareRoot = "sqrt"
    case exp, log, erf, tanh, sigmoid, relu, gelu
    case geluTanh = "gelu-tanh"
    case silu
    case hardSwish = "hard-swish"
    case clip, power
  }

  public var kind: Kind {
    switch self {
    case .negate: .negate
    case .absolute: .absolute
    case .reciprocal: .reciprocal
    case .squareRoot: .squareRoot
    case .exp: .exp
    case .log: .log
    case .erf: .erf
    case .tanh: .tanh
    case .sigmoid: .sigmoid
    case .relu: .relu
    case .gelu: .gelu
    case .geluTanh: .geluTanh
    case .silu: .silu
    case .hardSwish: .hardSwish
    case .clip: .clip
    case .power: .power
    }
  }

  /// The function of a kind that has no parameters; `nil` for one that has some.
  public init?(_ kind: Kind) {
    switch kind {
    case .negate: self = .negate
    case .absolute: self = .absolute
    case .reciprocal: self = .reciprocal
    case .squareRoot: self = .squareRoot
    case .exp: self = .exp
    case .log: self = .log
    case .erf: self = .erf
    case .tanh: self = .tanh
    case .sigmoid: self = .sigmoid
    case .relu: self = .relu
    case .gelu: self = .gelu
    case .geluTanh: self = .geluTanh
    case .silu: self = .silu
    case .hardSwish: self = .hardSwish
    case .clip, .power: return nil
    }
  }

  /// The name in listings and messages.
  public var name: String {
    if case .clip(let lower, let upper) = self { return "clip[\(lower), \(upper)]" }
    if case .power(let exponent) = self { return "power \(exponent)" }
    return kind.rawValue
  }
}
