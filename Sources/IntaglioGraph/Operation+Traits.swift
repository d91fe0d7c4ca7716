public import IntaglioNumerics

/// What kinds of operations there are, for whoever asks about a kind and not about each case.
///
/// A `switch` over `Operation` is exhaustive where every case is *answered*: by an interpreter, by
/// the result's type, by the planner. Where all but a few cases are *refused*, the question is one
/// of these traits or a `guard case`: a list of everything that is not meant would only be copied
/// along when a case is added.
extension Operation {
  public enum Family: Hashable, Sendable {
    /// Inputs and constants: no operands.
    case source
    /// Layouts and joins: elements change their places only.
    case movement
    /// Products of matrices, convolutions among them: the operations that must end on integers.
    case matrixProduct
    /// Of two operands, element by element, stretched over each other.
    case arithmetic
    /// Along one axis, which stays with extent 1.
    case reduction
    /// Of one real operand, element by element.
    case function
    /// Of one real operand, over its last axis.
    case row
    /// Quantize, dequantize, requantize.
    case quantization
    /// What integers do in place of reals.
    case integer
  }

  /// What kind of work this is.
  public var family: Family {
    switch self {
    case .input, .constant: .source
    case .layout, .concat: .movement
    case .matmul, .convolution: .matrixProduct
    case .add, .subtract, .multiply, .divide: .arithmetic
    case .sum, .mean: .reduction
    case .function: .function
    case .softmax, .rowExponential, .layerNorm, .rmsNorm: .row
    case .quantize, .dequantize, .requantize: .quantization
    case .integer: .integer
    }
  }

  /// Whether this multiplies matrices: the operations that must end on integers.
  public var isMatrixMultiplication: Bool { family == .matrixProduct }

  /// ε of LayerNorm or RMSNorm, and whether the mean is subtracted; `nil` for anything else.
  public var norm: (epsilon: Double, isCentered: Bool)? {
    if case .layerNorm(let epsilon) = self { return (epsilon, true) }
    if case .rmsNorm(let epsilon) = self { return (epsilon, false) }
    return nil
  }

  /// Whether only the differences within a row count: softmax and the row exponential.
  public var seesDifferences: Bool { self == .softmax || self == .rowExponential }

  /// Whether rows are normalized, each by itself, with γ beside them: LayerNorm and RMSNorm.
  public var isNormalization: Bool { norm != nil }

  /// Whether reals become codes.
  public var isQuantize: Bool {
    if case .quantize = self { true } else { false }
  }

  /// The arithmetic that integers have too.
  public enum RingOperation: Hashable, Sendable {
    case sum, difference, product
  }

  /// The sum, difference or product that this is; `nil` for anything else.
  public var ringOperation: RingOperation? {
    if self == .add { return .sum }
    if self == .subtract { return .difference }
    return self == .multiply ? .product : nil
  }

  /// The sign of the second operand: +1 of a sum, −1 of a difference, `nil` for anything else.
  public var additiveSign: Int? {
    if self == .add { return 1 }
    return self == .subtract ? -1 : nil
  }

  /// The numbers between a code and what it means.
  public struct AffineParameters: Hashable, Sendable {
    /// The scale; of a requantizer its multiplier.
    public let scale: Scale
    public let zeroPoint: ZeroPoint
    /// Zero for a quantizer.
    public let offset: Scale
    /// What the codes are; `nil` for a dequantizer.
    public let codes: IntegerType?
    /// Whether integers become integers.
    public let requantizes: Bool
  }

  /// The numbers of a quantizer, dequantizer or requantizer; `nil` for anything else.
  public var affine: AffineParameters? {
    if case .quantize(let quantizer) = self { return AffineParameters(quantizer) }
    if case .dequantize(let dequantizer) = self { return AffineParameters(dequantizer) }
    guard case .requantize(let requantizer) = self else { return nil }
    return AffineParameters(requantizer)
  }

  /// Whether the result are codes of a quantizer's grid.
  ///
  /// A sum of scaled operands has no grid of its own.
  public var makesCodes: Bool {
    if case .integer(let function) = self { return !function.isScaledSum }
    return affine?.codes != nil
  }
}

extension Operation.AffineParameters {
  package init(_ quantizer: Quantizer) {
    scale = quantizer.scale
    zeroPoint = quantizer.zeroPoint
    offset = Scale(.zero)
    codes = quantizer.type
    requantizes = false
  }

  package init(_ dequantizer: Dequantizer) {
    scale = dequantizer.scale
    zeroPoint = dequantizer.zeroPoint
    offset = dequantizer.offset
    codes = nil
    requantizes = false
  }

  package init(_ requantizer: Requantizer) {
    scale = requantizer.multiplier
    zeroPoint = requantizer.zeroPoint
    offset = requantizer.offset
    codes = requantizer.type
    requantizes = true
  }
}
