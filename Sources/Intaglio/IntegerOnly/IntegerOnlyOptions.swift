public import IntaglioGraph
import IntaglioRewrite

/// How the parts between multiplications become integers.
public struct IntegerOnlyOptions: Sendable, Hashable {
  /// The width of the residual stream, 8 to 32; `nil` for 16 with calibration samples and 24 without.
  public var streamBits: Int?
  /// Whether LayerNorm codes are decided by squares; otherwise in fixed point.
  public var hasExactNorms: Bool
  /// Which exponential softmax sums; `nil` for the cheapest one that changes at most one code in a
  /// thousand.
  public var exponential: IntegerSoftmax.Exponential?
  /// How much larger than in calibration a stream may become before it saturates.
  public var headroom: Double

  public init(
    streamBits: Int? = nil,
    hasExactNorms: Bool = true,
    exponential: IntegerSoftmax.Exponential? = nil,
    headroom: Double = 1.5
  ) {
    self.streamBits = streamBits
    self.hasExactNorms = hasExactNorms
    self.exponential = exponential
    self.headroom = headroom
  }

  /// By how many bits the channels of a stream may differ.
  static let spread = 6
}
