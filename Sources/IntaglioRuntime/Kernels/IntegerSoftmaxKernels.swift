import CIntaglioKernels

/// Softmax and quantizer over rows of integers, in integers only, (23) to (25).
public struct IntegerSoftmaxKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernels: intaglio_integer_softmax_kernels

  /// How e follows from the distance D ≥ 0 of a score to the largest of its row.
  public enum Exponential: Hashable, Sendable {
    /// (23): u = (min(D, cap) · multiplier) ⊘ shift and e = table[u mod 2^f] >> (u >> f) with
    /// f = `fractionBits`.
    ///
    /// `multiplier` < 2³¹, shift within 0...62, cap · multiplier < 2⁶³, u < 2³¹ at the cap, f within
    /// 0...12; the table has 2^f entries of at most 2²⁴, the first not 0. The cap loses nothing when
    /// u ≥ 25 · 2^f there.
    case base2(multiplier: UInt32, shift: Int, cap: UInt32, fractionBits: Int)
    /// (32): x = min((D + 2^(dropped − 1)) >> dropped, cap), u = (x · multiplier + 2^(shift − 1)) >>
    /// shift and e from the table of 64 coarse and 32 fine words.
    ///
    /// `shift` within 1...16, `dropped` within 0...16, u < 2¹⁶ at the cap, and 2¹⁵ or more where the
    /// cap loses nothing.
    case base2Product(multiplier: UInt16, shift: Int, cap: UInt16, dropped: Int)
    /// (24), with −2¹⁶ < x₀ < 0 and n within 0...15.
    case shiftmax(x0: Int32, n: Int)
    /// e = powers[min(D, count − 1)], where 2¹⁶ − 1 stands for 2¹⁶; not 0 for D = 0.
    ///
    /// `count` is a multiple of 64 up to 512.
    case distances(count: Int)
  }

  /// The constants of one softmax with its quantizer (25).
  public struct Constants: Sendable {
    public var exponential: Exponential
    /// Whether the scale of the scores is negative: D = a − min a in place of max a − a.
    public var isNegative: Bool
    /// The quantizer's scale s′ as a ratio: 0 < numerator < 2⁴⁰, 0 < denominator < 2⁶².
    public var scale: (numerator: UInt64, denominator: UInt64)
    /// Below 2²⁰ in magnitude.
    public var zeroPoint: Int32
    /// Whether the zero point is added before rounding (3) or after it (2).
    public var zeroIsBeforeRounding: Bool
    /// At most 256 codes, within ±2²⁰.
    public var codes: ClosedRange<Int32>
    /// What is added to a code before it is stored modulo 256.
    public var bias: Int32

    public init(
      exponential: Exponential,
      isNegative: Bool,
      scale: (numerator: UInt64, denominator: UInt64),
      zeroPoint: Int32,
      zeroIsBeforeRounding: Bool,
      codes: ClosedRange<Int32>,
      bias: Int32
    ) {
      self.exponential = exponential
      self.isNegative = isNegative
      self.scale = scale
      self.zeroPoint = zeroPoint
      self.zeroIsBeforeRounding = zeroIsBeforeRounding
      self.codes = codes
      self.bias = bias
    }
  }

  init(_ kernels: intaglio_integer_softmax_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
  }

  /// How many numbers of 32 bits a row of `columns` needs beside its scores.
  public static func scratchCount(columns: Int) -> Int { (columns + 31) / 32 * 32 }

  /// out[i, j] = clamp(round(e[i, j] / (s′ · Σⱼ e[i, j])) + zero point) + bias, modulo 256.
  ///
  /// The ratio is exact and ties go to even. `table` is read by `.base2` and `.base2Product`,
  /// `powers` by `.distances`; `scratch` has room for `scratchCount(columns:)` numbers, columns ≤ 2²⁰.
  public func softmax(
    rows: Int,
    columns: Int,
    scores: UnsafePointer<Int32>,
    stride: Int,
    constants: Constants,
    table: UnsafePointer<UInt32>? = nil,
    powers: UnsafePointer<UInt16>? = nil,
    scratch: UnsafeMutablePointer<UInt32>,
    out: UnsafeMutablePointer<UInt8>,
    outStride: Int
  ) {
    var softmax = intaglio_softmax(constants.exponential, table, powers)
    softmax.negative = constants.isNegative
    softmax.scale_numerator = constants.scale.numerator
    softmax.scale_denominator = constants.scale.denominator
    softmax.zero_point = constants.zeroPoint
    softmax.zero_before_rounding = constants.zeroIsBeforeRounding
    softmax.lo = constants.codes.lowerBound
    softmax.hi = constants.codes.upperBound
    softmax.bias = constants.bias
    kernels.softmax_i32(rows, columns, scores, stride, &softmax, scratch, out, outStride)
  }
}

extension intaglio_softmax {
  /// The exponential alone; `table` and `powers` where it reads them.
  fileprivate init(
    _ exponential: IntegerSoftmaxKernels.Exponential,
    _ table: UnsafePointer<UInt32>?,
    _ powers: UnsafePointer<UInt16>?
  ) {
    self.init()
    switch exponential {
    case .base2(let multiplier, let shift, let cap, let fractionBits):
      self.exponential = INTAGLIO_EXPONENTIAL_BASE2
      self.multiplier = multiplier
      self.shift = Int32(shift)
      self.cap = cap
      self.fraction_bits = Int32(fractionBits)
      self.table = table
    case .base2Product(let multiplier, let shift, let cap, let dropped):
      self.exponential = INTAGLIO_EXPONENTIAL_BASE2_PRODUCT
      self.multiplier = UInt32(multiplier)
      self.shift = Int32(shift)
      self.cap = UInt32(cap)
      self.dropped = Int32(dropped)
      self.table = table
    case .shiftmax(let x0, let n):
      self.exponential = INTAGLIO_EXPONENTIAL_SHIFTMAX
      self.x0 = x0
      self.n = Int32(n)
    case .distances(let count):
      self.exponential = INTAGLIO_EXPONENTIAL_DISTANCES
      self.power_count = UInt32(count)
      self.powers = powers
    }
  }
}
