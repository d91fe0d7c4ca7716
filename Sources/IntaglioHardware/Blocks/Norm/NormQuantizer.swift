public import BigInt
public import IntaglioGraph
public import IntaglioNumerics

/// Rows of a stream → codes of their LayerNorm or RMSNorm, by comparison of squares: equations (20) and (34).
///
/// No root, no division, one multiplier that takes `digit` bits of one factor a cycle, and no memory
/// of its own: a row comes in twice. The first time its elements are added and squared, and W follows
/// from both sums. The second time every element takes five products: d², A²·q·d², and W times the
/// three constants of R_j² as a function of j (`NormParameters`). While the multiplier works for the
/// next element, adders find the digits of j, the highest first.
///
/// One unit serves several norms of one form: their channels stand one behind the other in memory, and
/// where their p differ it comes with the row.
public struct NormQuantizer: Hashable, Sendable {
  /// Of the module.
  public let name: String
  let value: IntegerType
  let parameters: NormParameters
  let widths: NormBounds
  let timing: NormTiming

  /// The unit for rows of `count` elements.
  ///
  /// - Parameters:
  ///   - name: of the module.
  ///   - norms: the program's operations, one or more.
  ///   - count: the length of a row.
  ///   - value: the type of elements.
  ///   - digit: bits that the multiplier takes in a cycle, at most: no more than make a code come earlier.
  /// - Precondition: there are norms, all of one `NormSignature`.
  /// - Throws: `NormQuantizerError`.
  public init(
    _ name: String,
    _ norms: [IntegerNorm],
    count: Int,
    value: IntegerType,
    digit: Int = 32
  ) throws(NormQuantizerError) {
    guard (1...64).contains(digit) else { throw .digit(digit) }
    precondition(
      Set(norms.map { NormSignature($0, count: count, value: value) }).count == 1,
      "norms of one form"
    )
    self.name = name
    self.value = value
    parameters = try NormParameters(norms, count: count)
    widths = NormBounds(parameters, value)
    timing = .fastest(within: digit, widths, codeBits: parameters.code.bits)
  }

  /// The words of all channels.
  public var image: Verilog.MemoryImage {
    Verilog.MemoryImage(
      "\(name)_channels.hex",
      bits: parameters.word.bits,
      words: parameters.channels.map { parameters.word($0).pattern }
    )
  }

  /// Where the channels of a norm begin in these.
  public func firstChannel(_ norm: Int) -> Int { norm * parameters.count }
  /// How many channels all norms have.
  public var channelCount: Int { parameters.channels.count }

  /// What comes with a row, in bits: p of its norm, unless all share it.
  public var parameterBits: Int { parameters.offsetBits }
  public func parameterWord(_ norm: Int) -> BigUInt {
    parameterBits == 0 ? 0 : BigUInt(parameters.offsets[norm])
  }

  /// How many bits of a factor the multiplier takes in a cycle.
  public var digit: Int { timing.digit }
  /// Cycles from one element to the next while a row comes in, at least.
  public var pace: Int { timing.pace }
  /// Cycles from one code of a row to the next.
  public var interval: Int { timing.interval }
  /// Cycles from the last element of a row to its first code.
  public var latency: Int { timing.latency }
  /// Cycles from the last element of a row until the next one may come.
  public var busy: Int { timing.busy(parameters.count) }
}

extension RowTrace.Timing {
  public init(_ norm: NormQuantizer) {
    self.init(latency: norm.latency, interval: norm.interval, busy: norm.busy, pace: norm.pace)
  }
}

/// Why a norm is not built.
public enum NormQuantizerError: Error, Hashable, Sendable, CustomStringConvertible {
  case fixedPoint
  /// Parameters that vary along another axis than the last one.
  case parameters([Int])
  case digit(Int)

  public var description: String {
    switch self {
    case .fixedPoint:
      "norm: found the fixed-point method; hardware compares squares: integerize with exact norms"
    case .parameters(let shape):
      "norm: expected one quantizer for each channel of a row, found parameters of shape \(shape)"
    case .digit(let bits): "norm: expected a multiplier of 1 to 64 bits a cycle, found \(bits)"
    }
  }
}
