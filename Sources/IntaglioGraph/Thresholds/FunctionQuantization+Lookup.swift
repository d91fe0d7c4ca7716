public import IntaglioNumerics

extension FunctionQuantization {
  /// The lookup table over an index that stands for x = step·index, with the error that it has.
  ///
  /// Each entry is in the middle of the codes of the numbers that round to its index (half to even),
  /// so no other table has a smaller bound; the bound is attained.
  ///
  /// - Precondition: `step` is positive and `index` has 2 to 20 bits.
  /// - Throws: `FunctionQuantizationError`, also where the chain is not defined for every number.
  public func lookup(
    index: IntegerType,
    step: Rational
  ) throws(FunctionQuantizationError) -> CodeLookup {
    precondition(step > 0, "an index has a positive step")
    precondition((2...20).contains(index.bits), "a lookup table of 2 to 20 bits")
    if let function = functions.first(where: \.hasDomain) {
      throw .domain(function, argument: step * Rational(index.range.lowerBound))
    }
    let range = index.range
    // Position i of this line is where index i ends.
    let ends = range.lowerBound...range.upperBound - 1
    let line = AccumulatorLine(step, step / 2, ends)
    var least = [Int](repeating: .max, count: range.count)
    var greatest = [Int](repeating: .min, count: range.count)
    /// A code that holds for numbers of these indices.
    func note(_ code: Int, _ indices: ClosedRange<Int>) {
      for index in indices.lowerBound - range.lowerBound...indices.upperBound - range.lowerBound {
        least[index] = min(least[index], code)
        greatest[index] = max(greatest[index], code)
      }
    }
    var (code, first) = (constant, range.lowerBound)
    for change in changes {
      let (last, next) = try indices(around: change, line, range)
      if first <= last { note(code, first...last) }
      code += change.step
      first = next
    }
    note(code, first...range.upperBound)
    let entries = zip(least, greatest).map { $0 + ($1 - $0) / 2 }
    let bound = zip(entries, greatest).map { $1 - $0 }.max() ?? 0
    return CodeLookup(index: index, step: step, entries: entries, bound: bound)
  }

  /// The last index with a number below a change, and the first one with a number above it.
  ///
  /// The number where index i ends belongs to the even one of i and i + 1.
  private func indices(
    around change: CodeChange,
    _ line: AccumulatorLine,
    _ range: ClosedRange<Int>
  ) throws(FunctionQuantizationError) -> (last: Int, next: Int) {
    let index = try firstAbove(change, line)
    for end in [index - 1, index] where line.range.contains(end) {
      guard try side(of: change, line.number(at: end)) == 0 else { continue }
      // The change is where two indices meet, so one code or the other has this number to itself.
      let isEven = end % 2 == 0
      return change.cut.isAbove
        ? (end, isEven ? end : end + 1) : (isEven ? end : end + 1, end + 1)
    }
    return (index, index)
  }

  /// The smallest power of two for which the codes of all numbers of `numbers` that no index reaches
  /// equal that of the nearer end: the finest step that costs nothing at the ends.
  ///
  /// 1 where the code never changes.
  ///
  /// - Throws: `FunctionQuantizationError.unreachable` where the codes change below zero and the index
  ///   has no sign.
  public func step(
    index: IntegerType,
    covering numbers: ClosedRange<Rational>
  ) throws(FunctionQuantizationError) -> Rational {
    let cuts = changes.map(\.cut).filter {
      numbers.lowerBound <= $0.upper && $0.lower <= numbers.upperBound
    }
    guard let first = cuts.map(\.lower).min(), let last = cuts.map(\.upper).max() else { return 1 }
    let (lower, upper) = (max(first, numbers.lowerBound), min(last, numbers.upperBound))
    let (least, greatest) = (index.range.lowerBound, index.range.upperBound)
    guard least < 0 || lower >= 0, greatest > 0 || upper <= 0 else {
      throw .unreachable(index, lower: lower, upper: upper)
    }
    let below = lower.isNegative ? lower / Rational(least) : 0
    let above = upper > 0 ? upper / Rational(greatest) : 0
    let needed = max(below, above)
    guard !needed.isZero else { return 1 }
    var step = Rational.one
    while step < needed { step = step * 2 }
    while step / 2 >= needed { step = step / 2 }
    return step
  }
}
