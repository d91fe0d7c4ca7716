/// What a unit whose power is taken is.
public enum UnitKind: String, CaseIterable, Hashable, Sendable, Codable {
  /// Ours: integers, and the sum stays.
  case outputStationary = "output stationary"
  /// Integers, and the weight stays.
  case weightStationary = "weight stationary"
  /// Codes times scales of 8 bits before the multiply-accumulate.
  case dequantizeFirst = "dequantize first"
  case bf16
  case fp16
  case fp32
  case layerNorm = "LayerNorm"
  case rmsNorm = "RMSNorm"
  case softmax
  case rowThresholds = "row thresholds"
  case thresholds = "requantize by thresholds"
  case multiplication = "requantize by multiplication"
  case quotient = "requantize by quotient"
}
