import IntaglioNumerics

/// A place that parts the real numbers into those below and those above.
struct Cut: Hashable, Sendable {
  /// The place lies within lower...upper, strictly unless both are equal; numbers at or beyond the
  /// ends are surely on their side.
  let lower: Rational
  let upper: Rational
  /// Whether the number at the place itself counts as above.
  let isAbove: Bool

  init(between lower: Rational, and upper: Rational, isAbove: Bool) {
    self.lower = lower
    self.upper = upper
    self.isAbove = isAbove
  }

  init(at place: Rational, isAbove: Bool) {
    self.init(between: place, and: place, isAbove: isAbove)
  }

  var isExact: Bool { lower == upper }
}

/// A set of real numbers: all, none, or those on one side of a cut.
enum Condition: Hashable, Sendable {
  case always
  case never
  case above(Cut)
  case below(Cut)

  /// The numbers that do not belong.
  var complement: Condition {
    switch self {
    case .always: .never
    case .never: .always
    case .above(let cut): .below(cut)
    case .below(let cut): .above(cut)
    }
  }
}
