public import IntaglioNumerics

/// Exact scales, one number or a broadcast of them.
public typealias Scale = Broadcast<Rational>
/// Integer zero points, one number or a broadcast of them.
public typealias ZeroPoint = Broadcast<Int>

/// Where a quantizer adds its zero point.
///
/// The two differ on ties when the zero point is odd.
public enum ZeroPointPlacement: String, Hashable, Sendable, Codable {
  /// clamp(round(x / s) + z), as ONNX `QuantizeLinear` does.
  case afterRounding
  /// round(clamp(x / s + z)), as Q-ViT and LSQ+ do.
  case beforeRounding
}

/// real → integer: divide by the scale, round half to even, shift by the zero point, clamp.
public struct Quantizer: Hashable, Sendable {
  public let type: IntegerType
  /// Never zero; may be negative.
  public let scale: Scale
  public let zeroPoint: ZeroPoint
  public let placement: ZeroPointPlacement

  public init(
    _ type: IntegerType,
    scale: Scale,
    zeroPoint: ZeroPoint = ZeroPoint(0),
    placement: ZeroPointPlacement = .afterRounding
  ) {
    self.type = type
    self.scale = scale
    self.zeroPoint = zeroPoint
    self.placement = placement
  }

  /// The dequantizer that undoes this quantizer up to rounding.
  public var inverse: Dequantizer { Dequantizer(scale: scale, zeroPoint: zeroPoint) }
}

/// integer → real: scale · (q − zeroPoint) + offset.
public struct Dequantizer: Hashable, Sendable {
  public let scale: Scale
  public let zeroPoint: ZeroPoint
  /// A real addend: where a bias goes when the accumulator continues as a real number.
  public let offset: Scale

  public init(
    scale: Scale,
    zeroPoint: ZeroPoint = ZeroPoint(0),
    offset: Scale = Scale(.zero)
  ) {
    self.scale = scale
    self.zeroPoint = zeroPoint
    self.offset = offset
  }
}

/// integer → integer: clamp(round(multiplier · q + offset) + zeroPoint), half to even.
///
/// What is left of quantize ∘ (scale, bias) ∘ dequantize once every constant is folded.
public struct Requantizer: Hashable, Sendable {
  public let type: IntegerType
  /// Never zero; may be negative.
  public let multiplier: Scale
  public let offset: Scale
  /// Added after rounding.
  public let zeroPoint: ZeroPoint

  public init(
    _ type: IntegerType,
    multiplier: Scale,
    offset: Scale = Scale(.zero),
    zeroPoint: ZeroPoint = ZeroPoint(0)
  ) {
    self.type = type
    self.multiplier = multiplier
    self.offset = offset
    self.zeroPoint = zeroPoint
  }
}
