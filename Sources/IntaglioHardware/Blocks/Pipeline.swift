/// Sections of a block whose values pass from register to register.
///
/// Every step is named, so that the next one can read, slice and extend it.
package struct Pipeline {
  package private(set) var sections: [Verilog.Section] = []

  package init() {}

  /// A value that is there in the same cycle.
  package mutating func wire(
    _ name: String,
    _ type: Verilog.SignalType,
    _ law: String,
    _ value: Verilog.Expression
  ) -> Verilog.Signal {
    let wire = Verilog.Signal(name, type)
    sections.append(Verilog.Section(law, wires: [wire], [.assign(wire.reference, value)]))
    return wire
  }

  /// A value that is there one cycle later.
  package mutating func register(
    _ name: String,
    _ type: Verilog.SignalType,
    _ law: String,
    _ value: Verilog.Expression
  ) -> Verilog.Signal {
    let register = Verilog.Signal("\(name)_q", type)
    sections.append(
      Verilog.Section(
        law,
        registers: [register],
        [ClockedPorts.clocked([.assign(register.reference, value)])]
      )
    )
    return register
  }

  /// `signal` some cycles later.
  package mutating func delay(
    _ signal: Verilog.Signal,
    _ cycles: Int,
    _ name: String
  ) -> Verilog.Signal {
    guard cycles > 0 else { return signal }
    let registers = (1...cycles).map { Verilog.Signal("\(name)_\($0)_q", signal.type) }
    let moves = zip(registers, [signal] + registers).map { target, source in
      Verilog.Statement.assign(target.reference, source.value)
    }
    sections.append(
      Verilog.Section(
        "\(signal.name), \(cycles) cycle\(cycles == 1 ? "" : "s") later.",
        registers: registers,
        [ClockedPorts.clocked(moves)]
      )
    )
    return registers[cycles - 1]
  }

  /// The lowest bits of `signal`, where the others are known to say nothing.
  ///
  /// A wire of the others has the name that tells tools that nobody reads it.
  package mutating func lowest(_ bits: Int, of signal: Verilog.Signal) -> Verilog.Expression {
    discard(signal, from: bits)
    return signal.reference.slice(0, bits: bits).value
  }

  /// Marks the bits of `signal` from `low` on as not read.
  private mutating func discard(_ signal: Verilog.Signal, from low: Int) {
    let bits = signal.type.bits - low
    guard bits > 0 else { return }
    let unused = Verilog.Signal("unused_\(signal.name)", .unsigned(bits))
    sections.append(
      Verilog.Section(
        "Bits of \(signal.name) that are always zero.",
        wires: [unused],
        [.assign(unused.reference, signal.reference.slice(Verilog.Affine(low), bits: bits).value)]
      )
    )
  }

  /// A table that is read by an address; the word is there one cycle later.
  package mutating func table(
    _ name: String,
    _ image: Verilog.MemoryImage,
    _ law: String,
    at address: Verilog.Expression
  ) -> Verilog.Signal {
    let type = Verilog.SignalType.unsigned(image.bits)
    let words = Verilog.Signal("\(name)_words_q", type, depth: image.words.count)
    sections.append(
      Verilog.Section(
        law,
        registers: [words],
        [.initial([.load(words, file: image.name)])]
      )
    )
    return register(name, type, "The word of the address.", words[address].value)
  }

  /// What drives an output.
  package mutating func output(_ port: Verilog.Signal, _ value: Verilog.Expression) {
    sections.append(
      Verilog.Section("The result.", [.assign(port.reference, value)])
    )
  }

  package mutating func append(_ section: Verilog.Section) { sections.append(section) }
}
