import IntaglioNumerics

extension NormQuantizer {
  private var isShared: Bool { parameters.offsets.count > 1 }
  private var channel: Signal { Signal("channel", place.type) }
  private var address: Signal { Signal("address", .address(of: channelCount)) }
  private var first: Signal { Signal("first_channel_i", address.type) }
  private var channelWord: Signal { Signal("channel_word", wordIn.type) }
  private var stored: Signal { Signal("stored", .unsigned(value.bits)) }
  private var seen: Signal { Signal("seen", valueIn.type) }

  /// The unit with memories of its own for the words of its channels and for a row.
  ///
  /// Behind the ports of the row stand those of its norm where there are several: its first channel, and its
  /// p unless they share it.
  ///
  /// - Throws: `Verilog.ModuleError` when the name is none.
  public func moduleWithMemory() throws(Verilog.ModuleError) -> Verilog.Module {
    let ofNorm = (isShared ? [first] : []) + (hasOffset ? [offsetIn] : [])
    return try Verilog.Module(
      "\(name)_row",
      summary: ["\(name), the words of its channels, and a row, which it sees a second time."]
        + (isShared ? ["first_channel_i stays from a row's first element to its last code."] : []),
      ports: ClockedPorts.all + ([validIn, valueIn] + ofNorm).map(Verilog.Port.input)
        + [readyOut, validOut, codeOut].map(Verilog.Port.output),
      sections: [
        Verilog.Section(
          "The unit asks for a channel and gets its word, and its element, one cycle later.",
          wires: [channel, address, channelWord, stored, seen],
          [
            .assign(
              address.reference,
              isShared ? fitted(channel, address.type) + first.value : channel.value
            ),
            .assign(
              seen.reference,
              valueIn.value.when(
                readyOut.value,
                otherwise: value.isSigned ? stored.value.asSigned : stored.value
              )
            ),
            .instance(try unit()), .instance(try channelMemory()), .instance(try rowMemory()),
          ]
        )
      ]
    )
  }

  private func unit() throws(Verilog.ModuleError) -> Verilog.Instance {
    var inputs = [
      ClockedPorts.reset.name: ClockedPorts.reset.value, "valid_i": validIn.value,
      "value_i": seen.value, "channel_word_i": channelWord.value,
    ]
    if hasOffset { inputs[offsetIn.name] = offsetIn.value }
    return Verilog.Instance(
      "unit",
      of: try module(),
      inputs: clocked(inputs),
      outputs: [
        "ready_o": readyOut.reference, "valid_o": validOut.reference,
        "code_o": codeOut.reference, "channel_o": channel.reference,
      ]
    )
  }

  /// The words of the channels, which nobody writes.
  private func channelMemory() throws(Verilog.ModuleError) -> Verilog.Instance {
    try Memory("\(name)_memory", image: image).instance(
      "memory",
      Memory.Read(address: address.value, word: channelWord)
    )
  }

  /// The row, from the first time that it comes to the second.
  private func rowMemory() throws(Verilog.ModuleError) -> Verilog.Instance {
    let row = Memory("\(name)_elements", bits: value.bits, depth: parameters.count)
    return try row.instance(
      "elements",
      Memory.Read(address: channel.value, word: stored),
      Memory.Write(
        when: validIn.value & readyOut.value,
        address: channel.value,
        word: valueIn.reference.slice(0, bits: value.bits).value
      )
    )
  }

  private func clocked(_ inputs: [String: Expression]) -> [String: Expression] {
    inputs.merging([ClockedPorts.clock, ClockedPorts.enable].map { ($0.name, $0.value) }) { $1 }
  }
}
