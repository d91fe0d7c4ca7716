/// A real function of one variable that has a float32 kernel.
public enum UnaryFunction: String, Sendable, CaseIterable {
  /// eˣ.
  case exponential
  case erf
  case tanh
  /// 1 / (1 + e⁻ˣ).
  case sigmoid
  /// x · ½(1 + erf(x/√2)), the exact GELU.
  case geluErf
  /// x · ½(1 + tanh(√(2/π)·(x + 0.044715·x³))).
  case geluTanh
  case squareRoot
  /// 1/x.
  case reciprocal
  /// max(x, 0).
  case relu
}
