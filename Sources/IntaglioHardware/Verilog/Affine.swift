extension Verilog {
  /// A loop index of one process, by name.
  public struct LoopIndex: Hashable, Sendable, Comparable {
    public let name: String
    public init(_ name: String) { self.name = name }
    public static func < (a: Self, b: Self) -> Bool { a.name < b.name }
  }

  /// constant + Σ factor·index: where a loop is in a word.
  ///
  /// Known when the loops are unrolled, so that bounds are checked before anything is printed.
  public struct Affine: Hashable, Sendable, ExpressibleByIntegerLiteral {
    public let constant: Int
    /// Without zeros.
    public let factors: [LoopIndex: Int]

    public init(_ constant: Int, _ factors: [LoopIndex: Int] = [:]) {
      (self.constant, self.factors) = (constant, factors.filter { $0.value != 0 })
    }

    public init(integerLiteral value: Int) { self.init(value) }
    public init(_ index: LoopIndex) { self.init(0, [index: 1]) }

    public static func + (a: Self, b: Self) -> Self {
      Self(a.constant + b.constant, a.factors.merging(b.factors, uniquingKeysWith: +))
    }
    public static func - (a: Self, b: Self) -> Self { a + b * -1 }
    public static func * (a: Self, factor: Int) -> Self {
      Self(a.constant * factor, a.factors.mapValues { $0 * factor })
    }

    /// What it can be where every index is within its range; `nil` when an index has none.
    func range(_ indices: [LoopIndex: ClosedRange<Int>]) -> ClosedRange<Int>? {
      var (low, high) = (constant, constant)
      for (index, factor) in factors {
        guard let range = indices[index] else { return nil }
        let ends = [range.lowerBound * factor, range.upperBound * factor]
        low += min(ends[0], ends[1])
        high += max(ends[0], ends[1])
      }
      return low...high
    }
  }
}
