import BigInt
public import IntaglioGraph
public import IntaglioNumerics

/// What a softmax's circuit is made of: all softmaxes of one form can be done by one `SoftmaxUnit`.
///
/// They differ in their scales at most, or in where an even zero point is added: in the multiplier of the exponential and in the factor p of the
/// row's sum. Denominators of the probabilities' scales that differ by a power of two are made equal, so
/// that scales which were floats are always of one form.
public struct SoftmaxSignature: Hashable, Sendable {
  public let exponential: ExponentialSignature
  /// Whether the scale is negative, so that the least score is the most probable.
  public let falls: Bool
  public let code: IntegerType
  /// c₀ − z of (33), which multiplies p·Σ, and whether c₀ is odd, which decides ties.
  let least: Int
  let isLeastOdd: Bool
  /// The denominator of the probabilities' scale without its powers of two.
  let oddDenominator: BigInt
  /// How many scores a row has.
  public let count: Int
  public let score: IntegerType

  /// The form of `softmax` for the rows that have entry `row` of its scales.
  ///
  /// - Parameters:
  ///   - softmax: the program's operation.
  ///   - row: the indices of a row, without the last axis, within `shape`.
  ///   - shape: of the scores; the last extent is the length of a row.
  ///   - score: the type of scores.
  public init(_ softmax: IntegerSoftmax, row: Int, shape: [Int], score: IntegerType) {
    self.init(SoftmaxRow(softmax, row: row, shape: shape), count: shape.last ?? 1, score: score)
  }

  init(_ row: SoftmaxRow, count: Int, score: IntegerType) {
    exponential = ExponentialSignature(row.exponential, scale: row.scale.magnitude)
    falls = row.falls
    code = row.type
    least = row.least - row.inside
    isLeastOdd = row.least % 2 != 0
    let denominator = row.step.denominator
    oddDenominator = denominator >> denominator.trailingZeroBitCount
    self.count = count
    self.score = score
  }
}
