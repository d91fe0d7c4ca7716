public import IntaglioGraph
public import IntaglioRewrite

/// How the parts between multiplications become integers.
public struct IntegerOnlyOptions: Sendable, Hashable {
  /// The width of the residual stream, 8 to 32; `nil` for 16 with calibration samples and 24 without.
  public var streamBits: Int?
  /// How codes behind a LayerNorm are decided.
  public var norms: NormArithmetic
  /// Which exponential softmax sums; `nil` for the cheapest one that changes at most one code in a
  /// thousand.
  public var exponential: IntegerSoftmax.Exponential?
  /// How much larger than in calibration a stream may become before it saturates; `nil` for twice
  /// at 16 bits and fewer, and half of the bits beyond.
  public var headroom: Double?

  public init(
    streamBits: Int? = nil,
    norms: NormArithmetic = .exact,
    exponential: IntegerSoftmax.Exponential? = nil,
    headroom: Double? = nil
  ) {
    self.streamBits = streamBits
    self.norms = norms
    self.exponential = exponential
    self.headroom = headroom
  }

  /// The headroom of a calibrated stream of `bits`.
  func headroom(bits: Int) -> Double {
    headroom ?? Double(2 << (max(0, bits - 16) / 2))
  }

  /// By how many bits the channels of a stream may differ.
  static let spread = 6
}
