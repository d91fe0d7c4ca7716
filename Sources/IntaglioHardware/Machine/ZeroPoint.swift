extension MachineShape {
  /// Whether any panel has one.
  var hasZeroPoints: Bool { schedule.program.panels.contains { $0.zeroPoint != 0 } }

  /// Each of the `count` lanes of codes in `word` less `zeroPoint`, which wraps round and is right at the end.
  func lanes(
    _ count: Int,
    of word: Verilog.Reference,
    less zeroPoint: Verilog.Signal
  ) -> Verilog.Expression {
    let type = zeroPoint.type
    let bits = zeroPoint.reference.slice(0, bits: min(codeBits, type.bits)).value
    let number: Verilog.Expression
    if codeBits > type.bits {
      let top = zeroPoint.reference.slice(Verilog.Affine(type.bits - 1), bits: 1).value
      number = .concatenation([.repetition(codeBits - type.bits, top), bits])
    } else {
      number = bits
    }
    return .concatenation(
      (0..<count).reversed().map { lane in
        word.slice(Verilog.Affine(lane * codeBits), bits: codeBits).value - number
      }
    )
  }
}

extension Verilog.Section {
  /// Names `signals` as not used to the end, for tools that complain.
  package static func unused(_ signals: [Verilog.Signal]) -> Verilog.Section {
    let wires = signals.map { Verilog.Signal("unused_\($0.name)", $0.type) }
    return Verilog.Section(
      "Bits of these are read elsewhere or not at all.",
      wires: wires,
      zip(wires, signals).map { .assign($0.reference, $1.value) }
    )
  }
}
