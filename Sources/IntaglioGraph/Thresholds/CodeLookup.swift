public import IntaglioNumerics

/// Codes by a narrow index that stands for a real number: index i for the numbers that round to
/// i·step, the first and the last one also for everything beyond.
public struct CodeLookup: Hashable, Sendable {
  public let index: IntegerType
  /// Positive.
  public let step: Rational
  /// One code for each index, from the least one on.
  public let entries: [Int]
  /// The largest difference between an entry and the code of a number that it stands for.
  public let bound: Int

  /// The entry of a number.
  public func callAsFunction(_ number: Rational) -> Int {
    entries[(number / step).roundedHalfEven(within: index.range) - index.range.lowerBound]
  }
}
