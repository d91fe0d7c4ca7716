import BigInt
public import IntaglioGraph
public import IntaglioNumerics

/// Rows of a stream → codes of their LayerNorm or RMSNorm, by comparison of squares: equations (20) and (34).
///
/// No root, no division, one multiplier. While a row comes in, its elements are stored, added and
/// squared; W follows from both sums. Then every element finds its code digit by digit: A·d is compared
/// with R·√W by signs and squares, where the word of its channel says A, R of the least code, and the
/// step of R from code to code (`NormParameters`). The multiplier takes `digit` bits of one factor a
/// cycle.
public struct NormQuantizer: Hashable, Sendable {
  /// Of the module.
  public let name: String
  let value: IntegerType
  let parameters: NormParameters
  /// How many bits of a factor the multiplier takes in a cycle.
  public let digit: Int

  /// The unit for rows of `count` elements.
  ///
  /// - Parameters:
  ///   - name: of the module.
  ///   - norm: the program's operation.
  ///   - count: the length of a row.
  ///   - value: the type of elements.
  ///   - digit: bits that the multiplier takes in a cycle.
  /// - Throws: `NormQuantizerError`.
  public init(
    _ name: String,
    _ norm: IntegerNorm,
    count: Int,
    value: IntegerType,
    digit: Int = 16
  ) throws(NormQuantizerError) {
    guard (1...64).contains(digit) else { throw .digit(digit) }
    self.name = name
    self.value = value
    self.digit = digit
    parameters = try NormParameters(norm, count: count)
    widths = NormBounds(parameters, value)
  }

  let widths: NormBounds

  /// The words of all channels.
  public var image: Verilog.MemoryImage {
    Verilog.MemoryImage(
      "\(name)_channels.hex",
      bits: parameters.wordBits,
      words: parameters.channels.map { parameters.word($0).pattern }
    )
  }

  /// Cycles of one multiplication.
  var turns: Int { (widths.factor.bits + digit - 1) / digit }
  /// Cycles from one code of a row to the next.
  public var interval: Int { 4 + 2 * turns + parameters.code.bits * (3 + 2 * turns) }
  /// Cycles from the last element of a row to its first code.
  public var latency: Int { 5 + turns + interval }
  /// Cycles from the last element of a row until the next one may come.
  public var busy: Int { 5 + turns + parameters.count * interval }
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
