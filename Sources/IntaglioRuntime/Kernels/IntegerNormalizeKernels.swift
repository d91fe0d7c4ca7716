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

  /// How codes follow from normalized values.
  public struct CodeScaling: Hashable, Sendable {
    /// Places of h behind the point, 0...31.
    public var shift: Int
    /// How many units h may be too small at most.
    public var errorMargin: Int
    /// Of the stored codes, within 0...255 or −128...127.
    public var limits: ClosedRange<Int32>
    /// Whether columns · |x · 2^left| < 2³⁰ is known of every row.
    public var isSmall: Bool

    public init(shift: Int, errorMargin: Int, limits: ClosedRange<Int32>, isSmall: Bool) {
      (self.shift, self.errorMargin, self.limits, self.isSmall) = (
        shift, errorMargin, limits, isSmall
      )
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
    var normalization = constants.normalization
    kernels.normalize_i32(rows, columns, x, stride, left, &normalization, out, outStride)
  }

  /// out[i, j] = clamp(h >> shift, limits) with h = ((y · multipliers[j]) >> 32) + addends[j] and y as
  /// `normalize` gives it, and undecided[i] = 1 where (h + errorMargin) >> shift is another code for some j.
  ///
  /// `weights` are columns · 2^left modulo 2³². |h| + errorMargin < 2³¹, and what `normalize` asks.
  public func codes(
    rows: Int,
    columns: Int,
    x: UnsafePointer<Int32>,
    stride: Int,
    left: UnsafePointer<UInt8>? = nil,
    constants: Constants,
    weights: UnsafePointer<Int32>,
    multipliers: UnsafePointer<Int32>,
    addends: UnsafePointer<Int32>,
    scaling: CodeScaling,
    out: UnsafeMutablePointer<UInt8>,
    outStride: Int,
    undecided: UnsafeMutablePointer<UInt8>
  ) {
    var normalization = constants.normalization
    var codes = intaglio_norm_codes(
      weight: weights,
      multiplier: multipliers,
      addend: addends,
      shift: Int32(scaling.shift),
      error_margin: Int32(scaling.errorMargin),
      lo: scaling.limits.lowerBound,
      hi: scaling.limits.upperBound,
      small: scaling.isSmall
    )
    kernels.codes_i32(
      rows,
      columns,
      x,
      stride,
      left,
      &normalization,
      &codes,
      out,
      outStride,
      undecided
    )
  }
}

extension IntegerNormalizeKernels.Constants {
  fileprivate var normalization: intaglio_normalization {
    intaglio_normalization(
      centered: isCentered,
      epsilon_high: UInt64(truncatingIfNeeded: epsilon >> 64),
      epsilon_low: UInt64(truncatingIfNeeded: epsilon),
      scale_bits: Int32(scaleBits),
      root_bits: Int32(rootBits),
      fraction_bits: Int32(fractionBits)
    )
  }
}
