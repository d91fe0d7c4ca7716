extension Verilog.Signal {
  // A word of equal parts, part 0 in its lowest bits: what arrays keep for their elements.

  /// Part `index` of parts that are as wide as `type`.
  package func part(
    _ index: Verilog.Affine,
    _ type: Verilog.SignalType = .bit
  ) -> Verilog.Reference {
    reference.slice(index * type.bits, bits: type.bits)
  }

  /// The same as a number.
  package func number(_ index: Verilog.Affine, _ type: Verilog.SignalType) -> Verilog.Expression {
    let bits = part(index, type).value
    return type.isSigned ? bits.asSigned : bits
  }

  /// The word moved up by `bits`, `entering` in its lowest ones; what leaves at the upper end is gone.
  package func pushed(_ entering: Verilog.Expression, bits: Int = 1) -> Verilog.Expression {
    let rest = type.bits - bits
    guard rest > 0 else { return entering }
    return .concatenation([reference.slice(0, bits: rest).value, entering])
  }

  /// The same with a word that enters.
  package func pushed(_ entering: Verilog.Reference) -> Verilog.Expression {
    pushed(entering.value, bits: entering.type.bits)
  }
}

extension Verilog.Expression {
  /// The bits of a number of `type` without a sign, as words of parts hold them.
  package func bits(of type: Verilog.SignalType) -> Self { type.isSigned ? asUnsigned : self }
}
