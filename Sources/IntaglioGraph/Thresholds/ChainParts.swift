import IntaglioNumerics

/// A chain of functions taken apart at the one that is not monotone.
struct ChainParts {
  /// Monotone functions, first to last.
  let prefix: [Branch]
  /// The branches of the function that is not monotone, left to right; empty where there is none.
  private let turn: [Branch]
  private let suffix: [Branch]

  init(_ functions: [Function]) throws(FunctionQuantizationError) {
    var (prefix, turn, suffix): ([Branch], [Branch], [Branch]) = ([], [], [])
    for function in functions {
      let branches = try function.branches()
      if let first = turn.first?.function {
        guard branches.count == 1 else { throw .turnsTwice(first: first, second: function) }
        guard !function.hasDomain else { throw .domainAfterTurn(first: first, second: function) }
        suffix += branches
      } else if branches.count > 1 {
        turn = branches
      } else {
        prefix += branches
      }
    }
    (self.prefix, self.turn, self.suffix) = (prefix, turn, suffix)
  }

  /// The function that has no value for a number between two of its branches, and that number.
  var pole: (function: Function, number: Rational)? {
    for branch in turn.dropFirst() {
      if case .open(let number) = branch.lower { return (branch.function, number) }
    }
    return nil
  }

  /// The indicator of a set of numbers: `constant` + Σ step·[x above cut].
  struct Places {
    var constant = 0
    var cuts: [(cut: Cut, step: Int)] = []

    mutating func add(_ condition: Condition, _ step: Int) {
      switch condition {
      case .always: constant += step
      case .never: break
      case .above(let cut): cuts.append((cut, step))
      case .below(let cut):
        constant += step
        cuts.append((cut, -step))
      }
    }
  }

  /// The numbers for which the value of the chain meets a condition.
  func places(where condition: Condition) throws(FunctionQuantizationError) -> Places {
    let condition = try Self.preimage(of: condition, suffix)
    var middle = Places()
    if turn.isEmpty {
      middle.add(condition, 1)
    } else {
      middle = try places(of: condition)
    }
    var result = Places()
    result.constant = middle.constant
    for (cut, step) in middle.cuts {
      result.add(try Self.preimage(of: .above(cut), prefix), step)
    }
    // Enclosures of one code that overlap would leave open which change a number has passed.
    let cuts = result.cuts.map(\.cut).sorted { ($0.lower, $0.upper) < ($1.lower, $1.upper) }
    for (cut, next) in zip(cuts, cuts.dropFirst()) where cut.upper > next.lower {
      throw .undecided(turn.first?.function, argument: cut.upper)
    }
    return result
  }

  /// The numbers that a chain of monotone functions takes to where `condition` holds.
  static func preimage(
    of condition: Condition,
    _ branches: [Branch]
  ) throws(FunctionQuantizationError) -> Condition {
    var condition = condition
    for branch in branches.reversed() {
      switch condition {
      case .always, .never: break
      case .above(let cut): condition = try Preimage(branch)(cut)
      case .below(let cut): condition = try Preimage(branch)(cut).complement
      }
    }
    return condition
  }

  /// The arguments of the function that is not monotone whose value meets `condition`.
  private func places(of condition: Condition) throws(FunctionQuantizationError) -> Places {
    var result = Places()
    /// Whether the condition holds at the end of the branch before.
    var holds: Bool?
    for branch in turn {
      let part = try Self.preimage(of: condition, [branch])
      let (first, last) =
        switch part {
        case .always: (true, true)
        case .never: (false, false)
        case .above: (false, true)
        case .below: (true, false)
        }
      if holds == nil, first { result.constant = 1 }
      if let before = holds, before != first { try result.add(boundary(branch), first ? 1 : -1) }
      switch part {
      case .always, .never: break
      case .above(let cut): result.cuts.append((cut, 1))
      case .below(let cut): result.cuts.append((cut, -1))
      }
      holds = last
    }
    return result
  }

  /// The numbers from the lower end of a branch on.
  private func boundary(_ branch: Branch) throws(FunctionQuantizationError) -> Condition {
    switch branch.lower {
    case .open(let number), .closed(let number): return .above(Cut(at: number, isAbove: true))
    case .turning(let lower, _, _): throw .undecided(branch.function, argument: lower)
    case .unbounded: return .always
    }
  }
}
