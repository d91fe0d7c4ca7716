/// The lanes of a word in groups, one of which at a time has units.
struct LaneGroups: Hashable, Sendable {
  /// Of a word.
  let lanes: Int
  /// Lanes that have units; they divide those of a word.
  let width: Int

  /// How many groups there are.
  var count: Int { lanes / width }
  var isWhole: Bool { count == 1 }
  /// Of the number of a group.
  var number: Verilog.SignalType { .address(of: max(2, count)) }

  /// The lanes of group `group` of `word`, whose lanes have `bits` bits each.
  func selected(
    _ word: Verilog.Reference,
    _ bits: Int,
    _ group: Verilog.Signal
  ) -> Verilog.Expression {
    func part(_ index: Int) -> Verilog.Expression {
      word.slice(Verilog.Affine(index * width * bits), bits: width * bits).value
    }
    guard !isWhole else { return word.value }
    return (1..<count).reduce(part(0)) { value, index in
      part(index).when(group.equals(index), otherwise: value)
    }
  }

  /// One bit for each group, set for `group` where `condition` is.
  func mask(_ group: Verilog.Signal, _ condition: Verilog.Expression) -> Verilog.Expression {
    guard !isWhole else { return condition }
    return .concatenation(
      (0..<count).reversed().map { condition & group.equals($0) }
    )
  }
}
