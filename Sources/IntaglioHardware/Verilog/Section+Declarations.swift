extension Verilog.Section {
  /// The same sections behind one that declares everything, so that any of them may read any other.
  static func declaredFirst(_ law: String, _ sections: [Verilog.Section]) -> [Verilog.Section] {
    let declarations = Verilog.Section(
      law,
      wires: sections.flatMap(\.wires),
      registers: sections.flatMap(\.registers),
      []
    )
    return [declarations] + sections.map { Verilog.Section($0.law, $0.items) }
  }
}
