import BigInt
import IntaglioGraph
import IntaglioNumerics

/// The integers that decide the codes of a norm: equations (20) and (30).
///
/// With M = a/D, B = b/D, N²·ε = p/q and c′ the code less the zero point: code ≥ c when 2a·d·√q is at or
/// beyond ((2c′ − 1)·D − 2b)·√(V·q + p), on it only for an even c′.
struct NormParameters: Hashable, Sendable {
  /// Of one channel, without common factors.
  struct Channel: Hashable, Sendable {
    let left: Int
    /// A = 2a.
    let factor: BigInt
    /// (2c′ − 1)·D − 2b for the least code, below which no code is.
    let base: BigInt
    /// 2D: how much that grows from code to code.
    let step: BigInt
    /// Whether c′ is odd for the least code.
    let isOdd: Bool
  }

  let isCentered: Bool
  let count: Int
  let code: IntegerType
  let channels: [Channel]
  /// p and q.
  let epsilon: (numerator: BigInt, denominator: BigInt)

  init(_ norm: IntegerNorm, count: Int) throws(NormQuantizerError) {
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
    code = requantizer.type
    channels = (0..<count).map { index in
      let least = requantizer.type.range.lowerBound - zeros[index]
      return Channel(
        left: lefts[index],
        multiplier: multipliers[index],
        offset: offsets[index],
        least: least
      )
    }
    let scaled = norm.epsilon * Rational(count) * Rational(count)
    epsilon = (scaled.numerator, scaled.denominator)
    isCentered = norm.isCentered
    self.count = count
  }

  static func == (a: Self, b: Self) -> Bool {
    a.isCentered == b.isCentered && a.count == b.count && a.code == b.code
      && a.channels == b.channels && a.epsilon == b.epsilon
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(channels)
    hasher.combine(count)
  }

  // MARK: Words

  private func type(_ numbers: [BigInt]) -> Verilog.SignalType {
    let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 0)
    return .signed(Verilog.SignalType(holding: min(low, -1)...max(high, 0)).bits)
  }

  var factor: Verilog.SignalType { type(channels.map(\.factor)) }
  var base: Verilog.SignalType { type(channels.map(\.base)) }
  var step: Verilog.SignalType { .init(holding: 0...(channels.map(\.step).max() ?? 0)) }
  var left: Verilog.SignalType { .address(of: (channels.map(\.left).max() ?? 0) + 1) }

  var wordBits: Int { left.bits + 1 + step.bits + base.bits + factor.bits }

  /// left, isOdd, step, base, factor; left in the lowest bits.
  func word(_ channel: Channel) -> Verilog.PackedWord {
    var word = Verilog.PackedWord()
    word.append(channel.left, left)
    word.append(channel.isOdd ? 1 : 0, .bit)
    word.append(channel.step, step)
    word.append(channel.base, base)
    word.append(channel.factor, factor)
    return word
  }
}

extension NormParameters.Channel {
  fileprivate init(left: Int, multiplier: Rational, offset: Rational, least: Int) {
    let (first, second) = (multiplier.denominator, offset.denominator)
    let common = first / first.greatestCommonDivisor(with: second) * second
    let factor = 2 * multiplier.numerator * (common / first)
    let base = BigInt(2 * least - 1) * common - 2 * offset.numerator * (common / second)
    let step = 2 * common
    let divisor = factor.greatestCommonDivisor(with: base).greatestCommonDivisor(with: step)
    self.init(
      left: left,
      factor: factor / divisor,
      base: base / divisor,
      step: step / divisor,
      isOdd: least % 2 != 0
    )
  }
}
