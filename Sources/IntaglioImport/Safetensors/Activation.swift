import IntaglioGraph

/// A function between layers, as configurations name it.
enum Activation: Sendable, Equatable {
  case function(Function)
  /// x·sigmoid(1.702·x), an approximation of GELU by silu(1.702·x) / 1.702.
  case quickGELU

  static let gelu = Activation.function(.gelu)

  /// By the names of timm, PyTorch and Hugging Face, in small letters.
  static let known: [String: Activation] = [
    "gelu": .gelu, "gelu_erf": .gelu, "gelu_python": .gelu,
    "gelu_tanh": .function(.geluTanh), "gelu_new": .function(.geluTanh),
    "gelu_pytorch_tanh": .function(.geluTanh), "quick_gelu": .quickGELU, "quickgelu": .quickGELU,
    "relu": .function(.relu), "silu": .function(.silu), "swish": .function(.silu),
    "hard_swish": .function(.hardSwish), "hardswish": .function(.hardSwish),
    "tanh": .function(.tanh), "sigmoid": .function(.sigmoid),
  ]
}

extension CheckpointGraph {
  /// The activation of `x`; `name` is that of its function.
  mutating func activation(
    _ activation: Activation,
    _ x: Value,
    name: String?
  ) throws(ImportError) -> Value {
    switch activation {
    case .function(let function):
      return try append(.function(function), x, name: name)
    case .quickGELU:
      let steep = try scaled(x, by: 1.702)
      return try scaled(append(.function(.silu), steep, name: name), by: 1 / 1.702)
    }
  }
}
