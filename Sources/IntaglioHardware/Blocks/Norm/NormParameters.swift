import BigInt
import IntaglioGraph
import IntaglioNumerics

/// The integers that decide the codes of norms that share a unit: equations (20), (30) and (34).
///
/// With M = a/D, B = b/D, N²·ε = p/q and c′ the code less the zero point: code ≥ c when A·d·√q is at or
/// beyond R·√W, A = 2a, R = (2c′ − 1)·D − 2b and W = V·q + p, on it only for an even c′. R_j of the
/// j-th code above the least one is R₀ + 2D·j, so the squares that are compared are A²·q·d² and
/// W·R₀² ± W·|4·D·R₀|·j + W·4D²·j².
struct NormParameters: Hashable, Sendable {
  /// Of one channel; the four constants may be divided by what they have in common.
  struct Channel: Hashable, Sendable {
    let left: Int
    /// Whether c′ is odd for the least code, below which no code is.
    let isOdd: Bool
    /// Whether A is below zero, and R₀.
    let isFactorNegative: Bool
    let isBaseNegative: Bool
    private var constants: [BigInt]

    subscript(constant: Constant) -> BigInt { constants[constant.rawValue] }

    /// R_j² and 4·D·R_j, over the common factor.
    func square(_ j: BigInt) -> BigInt {
      self[.base] + (isBaseNegative ? -1 : 1) * self[.slope] * j + self[.curve] * j * j
    }
    func slope(_ j: BigInt) -> BigInt {
      (isBaseNegative ? -1 : 1) * self[.slope] + 2 * self[.curve] * j
    }
  }

  /// What the multiplier multiplies a square or the energy with.
  enum Constant: Int, CaseIterable {
    /// A²·q, for d².
    case factor
    /// R₀², |4·D·R₀| and 4·D², for W.
    case base, slope, curve
  }

  let isCentered: Bool
  let count: Int
  let code: IntegerType
  /// Those of the first norm, then those of the next one.
  let channels: [Channel]
  let word: NormWord
  /// q, the same for all, and p of every norm.
  let weight: BigInt
  let offsets: [BigInt]

  /// - Precondition: there are norms, all of one `NormSignature`.
  init(_ norms: [IntegerNorm], count: Int) throws(NormQuantizerError) {
    code = norms[0].requantizer.type
    isCentered = norms[0].isCentered
    self.count = count
    let epsilons = norms.map { $0.epsilon(count: count) }
    let weight = epsilons.map(\.denominator).max() ?? 1
    self.weight = weight
    offsets = epsilons.map { $0.numerator * (weight / $0.denominator) }
    var channels: [Channel] = []
    for norm in norms { channels += try Self.channels(norm, count: count, weight: weight) }
    // What all channels share may leave shorter words than what each can be divided by: a constant
    // that is the same power of two everywhere takes one bit.
    let shared = channels.reduce(BigInt(0)) { $0.greatestCommonDivisor(with: $1.divisor) }
    let (alone, alike) = (
      channels.map { $0.divided(by: $0.divisor) }, channels.map { $0.divided(by: shared) }
    )
    let words = (alone: NormWord(alone), alike: NormWord(alike))
    (self.channels, word) =
      words.alike.bits < words.alone.bits ? (alike, words.alike) : (alone, words.alone)
  }

  /// The channels of one norm, not divided by anything.
  private static func channels(
    _ norm: IntegerNorm,
    count: Int,
    weight: BigInt
  ) throws(NormQuantizerError) -> [Channel] {
    guard norm.method == .exact else { throw .fixedPoint }
    let requantizer = norm.requantizer
    for shape in [
      requantizer.multiplier.shape, requantizer.offset.shape, requantizer.zeroPoint.shape,
      norm.left.shape,
    ] where shape.count > 1 {
      throw .parameters(shape)
    }
    let row = [count]
    let (lefts, multipliers) = (
      norm.left.expanded(over: row), requantizer.multiplier.expanded(over: row)
    )
    let offsets = requantizer.offset.expanded(over: row)
    let zeros = requantizer.zeroPoint.expanded(over: row)
    return (0..<count).map { index in
      Channel(
        left: lefts[index],
        multiplier: multipliers[index],
        offset: offsets[index],
        least: requantizer.type.range.lowerBound - zeros[index],
        weight: weight
      )
    }
  }

  /// The channels of norm `number`.
  func channels(of number: Int) -> ArraySlice<Channel> {
    channels[number * count..<(number + 1) * count]
  }

  /// The bits of p when the norms do not share it; 0 when they do.
  var offsetBits: Int {
    Set(offsets).count == 1
      ? 0 : Verilog.SignalType(holding: 0...(offsets.max() ?? 0)).bits
  }
}

extension NormParameters.Channel {
  fileprivate init(left: Int, multiplier: Rational, offset: Rational, least: Int, weight: BigInt) {
    let (first, second) = (multiplier.denominator, offset.denominator)
    let common = first / first.greatestCommonDivisor(with: second) * second
    let factor = 2 * multiplier.numerator * (common / first)
    let base = BigInt(2 * least - 1) * common - 2 * offset.numerator * (common / second)
    let step = 2 * common
    constants = [
      factor * factor * weight, base * base, 2 * BigInt(base.magnitude) * step, step * step,
    ]
    self.left = left
    isOdd = least % 2 != 0
    isFactorNegative = factor.signum() < 0
    isBaseNegative = base.signum() < 0
  }

  fileprivate var divisor: BigInt {
    constants.reduce(BigInt(0)) { $0.greatestCommonDivisor(with: $1) }
  }

  fileprivate func divided(by divisor: BigInt) -> Self {
    var channel = self
    channel.constants = constants.map { $0 / divisor }
    return channel
  }
}
