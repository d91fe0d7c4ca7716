import IntaglioNumerics

/// Where the values of one branch of a function pass a cut.
struct Preimage {
  private let branch: Branch
  private let chain: FunctionChain

  init(_ branch: Branch) {
    self.branch = branch
    chain = FunctionChain(functions: [branch.function])
  }

  /// Where a value lies among those of a branch that rises or falls.
  private enum Place {
    /// Below all of them.
    case under
    /// Above all of them.
    case over
    /// At a number between these, or at this very number where both are equal.
    case at(Rational, Rational)
  }

  /// The numbers of the branch whose value is above `cut`; of other numbers it says nothing.
  func callAsFunction(_ cut: Cut) throws(FunctionQuantizationError) -> Condition {
    switch branch.course {
    case .constant(let value): return try constant(value, cut)
    case .clipping(let lower, let upper): return try clipped(cut, lower, upper)
    case .rising, .falling: break
    }
    let rises = branch.course == .rising
    switch (try place(cut.lower), try place(cut.upper)) {
    case (.under, .under): return .always
    case (.over, .over): return .never
    case (.at(let first, let second), .at(let third, let fourth)):
      let (lower, upper) = (min(first, third), max(second, fourth))
      // The upper end is the next branch's.
      if branch.upper == .closed(lower) { return rises ? .never : .always }
      let place = Cut(between: lower, and: upper, isAbove: cut.isAbove == rises)
      return rises ? .above(place) : .below(place)
    case (.under, _), (.over, _), (.at, _): throw undecided(cut.lower)
    }
  }

  private func undecided(_ value: Rational) -> FunctionQuantizationError {
    .undecided(branch.function, argument: value)
  }

  private func constant(
    _ value: Rational,
    _ cut: Cut
  ) throws(FunctionQuantizationError) -> Condition {
    if cut.isExact && value == cut.lower { return cut.isAbove ? .always : .never }
    if value >= cut.upper { return .always }
    guard value <= cut.lower else { throw undecided(value) }
    return .never
  }

  /// The same cut, unless it lies outside of what the bounds let through.
  private func clipped(
    _ cut: Cut,
    _ lower: Rational?,
    _ upper: Rational?
  ) throws(FunctionQuantizationError) -> Condition {
    if let lower {
      if cut.upper < lower || cut.upper == lower && (cut.isAbove || !cut.isExact) {
        return .always
      }
      guard lower <= cut.lower else { throw undecided(lower) }
    }
    if let upper {
      if upper < cut.lower || upper == cut.lower && !(cut.isAbove && cut.isExact) {
        return .never
      }
      guard cut.upper <= upper else { throw undecided(upper) }
    }
    return .above(cut)
  }

  private func place(_ value: Rational) throws(FunctionQuantizationError) -> Place {
    let rises = branch.course == .rising
    let (least, greatest) = rises ? (branch.lower, branch.upper) : (branch.upper, branch.lower)
    if let place = try place(value, at: least, isLeast: true) { return place }
    if let place = try place(value, at: greatest, isLeast: false) { return place }
    return try root(of: value)
  }

  /// The place of a value that is not on the inner side of `end`, where the least values or the
  /// greatest are.
  private func place(
    _ value: Rational,
    at end: Branch.End,
    isLeast: Bool
  ) throws(FunctionQuantizationError) -> Place? {
    let outside = isLeast ? Place.under : .over
    switch end {
    case .unbounded(limit: nil), .open: return nil
    case .unbounded(limit: let limit?):
      return (isLeast ? value <= limit : value >= limit) ? outside : nil
    case .closed(let number):
      let side = try chain.side(of: value, at: number)
      if side == 0 { return .at(number, number) }
      return (side > 0) == isLeast ? outside : nil
    case .turning(_, _, let bottom):
      if value < bottom.lower.rational { return isLeast ? outside : nil }
      guard value > bottom.upper.rational else { throw undecided(value) }
      return isLeast ? nil : outside
    }
  }

  /// The number whose value is `value`, which the branch takes between its ends.
  ///
  /// Doubles guess; exact sides certify.
  private func root(of value: Rational) throws(FunctionQuantizationError) -> Place {
    if let ratio = branch.ratio(withValue: value) { return .at(ratio, ratio) }
    let guess = guess(value)
    guard let center = Rational(exactly: guess) else { throw undecided(value) }
    if try isRoot(center, of: value) { return .at(center, center) }
    let unit = max(center.magnitude, Rational(1, over: 1 << 60)) * Rational(1, over: 1 << 46)
    let lower = try end(value, from: center, by: -unit)
    let upper = try end(value, from: center, by: unit)
    return .at(lower, upper)
  }

  /// Whether `number` lies within the branch and has exactly this value.
  private func isRoot(
    _ number: Rational,
    of value: Rational
  ) throws(FunctionQuantizationError)
    -> Bool
  {
    do {
      return try branch.function.exactValue(at: number) == value
    } catch {
      return false
    }
  }

  /// A number on that side of the root to which `step` goes: near it, or the end of the branch.
  private func end(
    _ value: Rational,
    from center: Rational,
    by step: Rational
  ) throws(FunctionQuantizationError) -> Rational {
    let limit = step.isNegative ? branch.first : branch.last
    let wanted = (branch.course == .rising) == step.isNegative ? -1 : 1
    var step = step
    for _ in 0..<32 {
      let candidate = center + step
      if let limit, step.isNegative ? candidate <= limit : candidate >= limit { return limit }
      if try chain.side(of: value, at: candidate) == wanted { return candidate }
      step = step * 16
    }
    throw undecided(value)
  }

  /// A double near the root, by bisection over all doubles of the branch.
  private func guess(_ value: Rational) -> Double {
    let target = value.doubleValue
    var low = Self.rank(branch.first?.doubleValue ?? -.greatestFiniteMagnitude)
    var high = Self.rank(branch.last?.doubleValue ?? .greatestFiniteMagnitude)
    while low < high {
      let middle = low < 0 && high > 0 ? 0 : low + (high - low) / 2
      let near = (try? Self.double(middle).applying(branch.function)) ?? .nan
      let isPast = branch.course == .rising ? near >= target : near <= target
      if isPast { high = middle } else { low = middle + 1 }
    }
    return Self.double(low)
  }

  /// The place of a double among all doubles; 0 for zero.
  private static func rank(_ value: Double) -> Int {
    let magnitude = Int(value.magnitude.bitPattern)
    return value < 0 ? -magnitude : magnitude
  }

  private static func double(_ rank: Int) -> Double {
    let magnitude = Double(bitPattern: UInt64(rank.magnitude))
    return rank < 0 ? -magnitude : magnitude
  }
}

extension Branch {
  /// The number from which the branch surely goes on upwards; `nil` where it has no lower end.
  fileprivate var first: Rational? {
    switch lower {
    case .unbounded: nil
    case .open(let number), .closed(let number), .turning(_, let number, _): number
    }
  }

  /// The number up to which the branch surely reaches; `nil` where it has no upper end.
  fileprivate var last: Rational? {
    switch upper {
    case .unbounded: nil
    case .open(let number), .closed(let number), .turning(let number, _, _): number
    }
  }

  /// The number whose value is `value`, where arithmetic with ratios finds it.
  fileprivate func ratio(withValue value: Rational) -> Rational? {
    if function == .negate { return -value }
    if function == .absolute { return last == nil ? value : -value }
    if function == .reciprocal { return 1 / value }
    return function == .squareRoot ? value * value : nil
  }
}
