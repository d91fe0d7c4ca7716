import BigInt

/// Numbers that are added up three at a time, with a register behind every addition.
struct SumTree {
  /// number · 2^`place`.
  struct Term {
    /// Signed.
    let number: Verilog.Signal
    let place: Int
    /// What the number can be.
    let range: ClosedRange<BigInt>
  }

  /// Cycles that it takes to add up so many numbers.
  static func latency(of count: Int) -> Int {
    sequence(first: count) { $0 > 1 ? ($0 + 2) / 3 : nil }.reduce(-1) { levels, _ in levels + 1 }
  }

  /// The narrowest signed type that holds all of `range`.
  static func type(_ range: ClosedRange<BigInt>) -> Verilog.SignalType {
    .signed(Verilog.SignalType(holding: min(range.lowerBound, -1)...max(range.upperBound, 0)).bits)
  }

  /// The sum of `terms`, every part of it as wide as what it can be.
  ///
  /// - Precondition: there is a term; neighbours stand at places near each other, or all is wide.
  static func sum(_ terms: [Term], _ name: String, _ pipeline: inout Pipeline) -> Term {
    precondition(!terms.isEmpty, "a sum has terms")
    var (terms, level) = (terms, 0)
    while terms.count > 1 {
      level += 1
      terms = stride(from: 0, to: terms.count, by: 3).map { first in
        let group = Array(terms[first..<min(first + 3, terms.count)])
        return added(group, "\(name)_\(level)_\(first / 3)", &pipeline)
      }
    }
    return terms[0]
  }

  private static func added(_ group: [Term], _ name: String, _ pipeline: inout Pipeline) -> Term {
    let place = group.map(\.place).min() ?? 0
    let ranges = group.map { term in
      let shift = term.place - place
      return term.range.lowerBound << shift...term.range.upperBound << shift
    }
    let range = ranges.dropFirst().reduce(ranges[0]) {
      $0.lowerBound + $1.lowerBound...$0.upperBound + $1.upperBound
    }
    let type = type(range)
    let numbers = group.map { term -> Verilog.Expression in
      let number =
        term.number.type == type ? term.number.value : term.number.reference.extended(to: type)
      let shift = term.place - place
      return shift == 0
        ? number : .shift(.left, number, by: .literal(shift, .address(of: shift + 1)))
    }
    let law = group.map { term in
      term.place == place ? term.number.name : "\(term.number.name) * 2^\(term.place - place)"
    }
    let sum = pipeline.register(
      name,
      type,
      "\(law.joined(separator: " + ")).",
      numbers.dropFirst().reduce(numbers[0]) { $0 + $1 }
    )
    return Term(number: sum, place: place, range: range)
  }
}
