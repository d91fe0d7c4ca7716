/// The closed set of operations.
///
/// Whoever *answers* for every case switches over it without `default`, so adding one makes the
/// compiler list the rooms that must learn it. Whoever asks for a few asks a trait
/// (`Operation+Traits.swift`) or a `guard case`.
///
/// "Real or integer alike" means: all operands are real and so is the result, or all are integers
/// and the result is `i32`.
public enum Operation: Hashable, Sendable {
  // Sources

  /// An input of the model, by name.
  case input(name: String, ValueType)
  case constant(Tensor)

  // Layout: the elements stay, real or integer

  case layout(Layout)
  /// All operands one after the other along `axis`.
  case concat(axis: Int)

  // Arithmetic, real or integer alike

  /// `[…, m, k] · […, k, n] → […, m, n]`; leading axes broadcast. Integers accumulate in i32.
  case matmul
  /// `x [b, c, h, w]`, `w [o, c / groups, kh, kw]` → `[b, o, h′, w′]`.
  case convolution(Convolution)
  case add
  case subtract
  case multiply
  /// The sum along `axis`, which stays with extent 1.
  case sum(axis: Int)

  // Real only

  case divide
  /// The mean along `axis`, which stays with extent 1.
  case mean(axis: Int)
  case function(Function)
  /// Along the last axis.
  case softmax
  /// exp(x − max x) along the last axis: softmax without its division, the largest entry of a row 1.
  case rowExponential
  /// `x`, `gamma`, `beta`: γ·(x − mean) / √(variance + ε) + β over the last axis, population
  /// variance.
  case layerNorm(epsilon: Double)
  /// `x`, `gamma`: γ·x / √(mean of x² + ε) over the last axis.
  case rmsNorm(epsilon: Double)

  // Between reals and integers

  case quantize(Quantizer)
  case dequantize(Dequantizer)
  case requantize(Requantizer)

  // Between integers, in place of reals

  /// What softmax, LayerNorm, functions and residual sums become when nothing but integers is left.
  case integer(IntegerFunction)
}

/// The geometry of a two-dimensional convolution.
public struct Convolution: Hashable, Sendable, Codable {
  public let strides: [Int]
  /// Top, left, bottom, right.
  public let padding: [Int]
  public let dilations: [Int]
  public let groups: Int

  public init(
    strides: [Int],
    padding: [Int] = [0, 0, 0, 0],
    dilations: [Int] = [1, 1],
    groups: Int = 1
  ) {
    self.strides = strides
    self.padding = padding
    self.dilations = dilations
    self.groups = groups
  }
}

extension Operation {
  /// The name in listings and messages.
  public var name: String {
    switch self {
    case .input: "input"
    case .constant: "constant"
    case .layout(.reshape): "reshape"
    case .layout(.transpose): "transpose"
    case .layout(.slice): "slice"
    case .layout(.broadcast): "broadcast"
    case .concat: "concat"
    case .matmul: "matmul"
    case .convolution: "convolution"
    case .add: "add"
    case .subtract: "subtract"
    case .multiply: "multiply"
    case .sum: "sum"
    case .divide: "divide"
    case .mean: "mean"
    case .function(let function): function.name
    case .softmax: "softmax"
    case .rowExponential: "row-exponential"
    case .layerNorm: "layer-norm"
    case .rmsNorm: "rms-norm"
    case .quantize: "quantize"
    case .dequantize: "dequantize"
    case .requantize: "requantize"
    case .integer(let function): function.name
    }
  }
}
