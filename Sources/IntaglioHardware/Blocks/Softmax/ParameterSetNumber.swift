import BigInt

/// A number of which a circuit has one value for each of its parameterSets: a literal in its text where all
/// agree, otherwise an input.
struct ParameterSetNumber: WordField {
  let name: String
  /// None of them negative.
  let values: [BigInt]

  /// - Precondition: there is a value, and none is negative.
  init(_ name: String, _ values: [BigInt]) {
    precondition(
      !values.isEmpty && values.allSatisfy { $0.signum() >= 0 },
      "a number of no parameter set"
    )
    (self.name, self.values) = (name, values)
  }

  /// Whether it is an input.
  var differs: Bool { values.contains { $0 != values[0] } }
  /// Holds every value.
  var type: Verilog.SignalType { .init(holding: 0...(values.max() ?? 0)) }
  /// The greatest that can come: what the input can carry, whatever the parameterSets, so that it follows
  /// from `tag`.
  var greatest: BigInt { differs ? type.range.upperBound : values[0] }
  var port: Verilog.Signal { Verilog.Signal("\(name)_i", type) }

  /// The value, or the name of what has none.
  var text: String { differs ? name : "\(values[0])" }
  /// What it adds to the name of a module.
  var tag: String { differs ? "x\(type.bits)" : "\(values[0])" }

  /// The literal, or what the port carries, in a type that holds it.
  func expression(_ wide: Verilog.SignalType) -> Verilog.Expression {
    differs ? port.reference.extended(to: wide) : .literal(values[0], wide)
  }
}
