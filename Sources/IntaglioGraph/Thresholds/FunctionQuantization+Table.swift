public import IntaglioNumerics

extension FunctionQuantization {
  /// The table of a ↦ code of f(multiplier·a + offset), exact for every integer a of `range`.
  ///
  /// Outside of the range the code is that of its nearer end. A multiplier of zero gives a constant.
  ///
  /// - Precondition: `range` lies within `Int32`.
  /// - Throws: `FunctionQuantizationError` where a function of the chain has no value for some a, or
  ///   no precision decides a code.
  public func table(
    multiplier: Rational,
    offset: Rational,
    within range: ClosedRange<Int>
  ) throws(FunctionQuantizationError) -> ThresholdTable {
    precondition(
      Int32(exactly: range.lowerBound) != nil && Int32(exactly: range.upperBound) != nil,
      "a table of 32-bit accumulators"
    )
    guard !multiplier.isZero else {
      return ThresholdTable(base: try chain.code(at: offset, quantizer), changes: [])
    }
    let line = AccumulatorLine(multiplier, offset, range)
    try checkDomain(line)
    var base = constant
    var steps: [(threshold: Int, step: Int)] = []
    steps.reserveCapacity(changes.count)
    for change in changes {
      var (first, step) = (try firstAbove(change, line), change.step)
      if line.isReversed {
        // [a ≤ −first] = 1 − [a ≥ 1 − first].
        base += step
        (first, step) = (1 - first, -step)
      }
      if first <= range.lowerBound {
        base += step
      } else if first <= range.upperBound {
        steps.append((first, step))
      }
    }
    return ThresholdTable(base: base, changes: steps)
  }

  /// The least position of `line` whose number is above a change; one past its end if none is.
  func firstAbove(
    _ change: CodeChange,
    _ line: AccumulatorLine
  ) throws(FunctionQuantizationError) -> Int {
    if let first = line.quickFirst(beyond: change) { return first }
    var (low, high) = line.candidates(change.cut)
    while low < high {
      let middle = low + (high - low) / 2
      let side = try side(of: change, line.number(at: middle))
      if side > 0 || side == 0 && change.cut.isAbove { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Whether x is left of (−1), at (0) or right of (+1) the place of a change near it.
  func side(of change: CodeChange, _ x: Rational) throws(FunctionQuantizationError) -> Int {
    let cut = change.cut
    if cut.isExact { return x < cut.lower ? -1 : x == cut.lower ? 0 : 1 }
    if x <= cut.lower { return -1 }
    if x >= cut.upper { return 1 }
    let side = try chain.side(of: change.tie, at: x)
    return (change.step > 0) == (quantizer.scale > 0) ? side : -side
  }

  /// Whether every number of a line has a value: domains are intervals, but for a pole.
  private func checkDomain(_ line: AccumulatorLine) throws(FunctionQuantizationError) {
    guard functions.contains(where: \.hasDomain) else { return }
    let ends = [line.range.lowerBound, line.range.upperBound].map(line.number)
    for end in ends { _ = try chain.code(at: end, quantizer) }
    guard let pole else { return }
    let first = try pole.chain.side(of: pole.number, at: ends[0])
    guard try pole.chain.side(of: pole.number, at: ends[1]) == first else {
      throw .domain(pole.function, argument: pole.number)
    }
  }
}
