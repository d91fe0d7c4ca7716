extension Memory {
  /// Where a word is read, and the signal that it is a cycle later.
  struct Read {
    let address: Verilog.Expression
    let word: Verilog.Signal
    var enable = ClockedPorts.enable.value
  }

  /// What is written where, and when: a bit for each part of a word.
  struct Write {
    let when: Verilog.Expression
    let address: Verilog.Expression
    let word: Verilog.Expression
  }

  /// The memory as a part of a module with a clock; nobody writes to it without `write`.
  ///
  /// - Throws: `Verilog.ModuleError` when the name is none.
  func instance(
    _ name: String,
    _ read: Read,
    _ write: Write? = nil
  ) throws(Verilog.ModuleError) -> Verilog.Instance {
    Verilog.Instance(
      name,
      of: try module(),
      inputs: [
        ClockedPorts.clock.name: ClockedPorts.clock.value,
        ClockedPorts.enable.name: read.enable,
        "address_i": read.address,
        "write_i": write?.when ?? (parts == 1 ? .bit(false) : .literal(0, .unsigned(parts))),
        "write_address_i": write?.address ?? .literal(0, .address(of: depth)),
        "write_word_i": write?.word ?? .literal(0, .unsigned(bits)),
      ],
      outputs: ["word_o": read.word.reference]
    )
  }
}
