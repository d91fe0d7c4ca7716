import CIntaglioKernels

/// LayerNorm and RMSNorm over rows of integers, in integers only, (19) and (21).
public struct IntegerNormalizeKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernels: intaglio_integer_normalize_kernels

  /// The constants of one normalization; letters as in (19) and (21).
  public struct Constants: Hashable, Sendable {
    /// Whether the mean is subtracted: LayerNorm, not RMSNorm.
    public var isCentered: Bool
    /// N² · ε / s² · 2^K, rounded.
    public var epsilon: UInt128
    /// K, even, within 0...124.
    public var scaleBits: Int
    /// G, within 1...31.
    public var rootBits: Int
    /// F ≥ 0.
    public var fractionBits: Int

    public init(
      isCentered: Bool,
      epsilon: UInt128,
      scaleBits: Int,
      rootBits: Int,
      fractionBits: Int
    ) {
      self.isCentered = isCentered
      self.epsilon = epsilon
      self.scaleBits = scaleBits
      self.rootBits = rootBits
      self.fractionBits = fractionBits
    }
  }

  init(_ kernels: intaglio_integer_normalize_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
  }

  /// out[i, j] = (d · g) >> (31 + G − F − K/2 + t) of row i of x · 2^left; 0 in a row with W = 0.
  ///
  /// `left` holds a shift within 0...31 for each column, none when it is nil. At most 2²⁰ columns;
  /// |x · 2^left| < 2⁴⁰, 2 · columns · |x · 2^left| < 2^(63 − G), W · 2^K < 2¹²⁶, |out| ≤ 2³⁰.
  /// `out` may be `x`.
  public func normalize(
    rows: Int,
    columns: Int,
    x: UnsafePointer<Int32>,
    stride: Int,
    left: UnsafePointer<UInt8>? = nil,
    constants: Constants,
    out: UnsafeMutablePointer<Int32>,
    outStride: Int
  ) {
    var normalization = intaglio_normalization(
      centered: constants.isCentered,
      epsilon_high: UInt64(truncatingIfNeeded: constants.epsilon >> 64),
      epsilon_low: UInt64(truncatingIfNeeded: constants.epsilon),
      scale_bits: Int32(constants.scaleBits),
      root_bits: Int32(constants.rootBits),
      fraction_bits: Int32(constants.fractionBits)
    )
    kernels.normalize_i32(rows, columns, x, stride, left, &normalization, out, outStride)
  }
}
