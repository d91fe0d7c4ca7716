import IntaglioNumerics

extension NormQuantizer {
  // MARK: Modules

  /// The unit, which asks for the word of a channel and gets it one cycle later.
  ///
  /// - Throws: `Verilog.ModuleError` when the name is none.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let kind = parameters.isCentered ? "LayerNorm" : "RMSNorm"
    let rhythm = pace == 1 ? "" : ", one in \(pace) cycles at most"
    return try Verilog.Module(
      name,
      summary: [
        "\(kind) of rows of \(parameters.count) elements (\(value)) in codes (\(parameters.code)), "
          + "by comparison of squares.",
        "Takes an element in every cycle in which valid_i and ready_o are high\(rhythm); the first code "
          + "comes \(latency) cycles after the last of them, one every \(interval) cycles.",
        "channel_word_i is the word of the channel that channel_o named one cycle before, and so is "
          + "value_i its element when ready_o is low: the row comes in twice.",
      ]
        + (hasOffset
          ? ["offset_i is p of the row's norm, until its energy is there."] : []),
      ports: ClockedPorts.all
        + ([validIn, valueIn, wordIn] + (hasOffset ? [offsetIn] : [])).map(Verilog.Port.input)
        + [readyOut, validOut, codeOut, channelOut].map(Verilog.Port.output),
      sections: Verilog.Section.declaredFirst(
        "What is kept, and what passes between the sections.",
        [
          control(), word(), elements(), row(), multiplier(), products(), comparison(), codes(),
          .unused([partial, high, size, weight]),
        ]
      )
    )
  }

  /// The unit with memories of its own for the words of its channels and for a row.
  ///
  /// Behind the ports of the row stand those of its norm where there are several: its first channel, and its
  /// p unless they share it.
  ///
  /// - Throws: `Verilog.ModuleError` when the name is none.
  public func moduleWithMemory() throws(Verilog.ModuleError) -> Verilog.Module {
    let channels = Memory("\(name)_memory", image: image)
    let row = Memory("\(name)_elements", bits: value.bits, depth: parameters.count)
    let channel = Signal("channel", place.type)
    let address = Signal("address", .address(of: channelCount))
    let first = Signal("first_channel_i", address.type)
    let isShared = parameters.offsets.count > 1
    let ofNorm = (isShared ? [first] : []) + (hasOffset ? [offsetIn] : [])
    let word = Signal("channel_word", wordIn.type)
    let stored = Signal("stored", .unsigned(value.bits))
    let seen = Signal("seen", valueIn.type)
    let bits = valueIn.reference.slice(0, bits: value.bits).value
    func inputs(_ others: [String: Expression], reset: Bool) -> [String: Expression] {
      let clocked = [ClockedPorts.clock, ClockedPorts.enable] + (reset ? [ClockedPorts.reset] : [])
      return others.merging(clocked.map { ($0.name, $0.value) }) { first, _ in first }
    }
    return try Verilog.Module(
      "\(name)_row",
      summary: ["\(name), the words of its channels, and a row, which it sees a second time."]
        + (isShared ? ["first_channel_i stays from a row's first element to its last code."] : []),
      ports: ClockedPorts.all + ([validIn, valueIn] + ofNorm).map(Verilog.Port.input)
        + [readyOut, validOut, codeOut].map(Verilog.Port.output),
      sections: [
        Verilog.Section(
          "The unit asks for a channel and gets its word, and its element, one cycle later.",
          wires: [channel, address, word, stored, seen],
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
            .instance(
              Verilog.Instance(
                "unit",
                of: try module(),
                inputs: inputs(
                  [
                    "valid_i": validIn.value,
                    "value_i": seen.value, "channel_word_i": word.value,
                  ].merging(hasOffset ? [offsetIn.name: offsetIn.value] : [:]) { first, _ in first
                  },
                  reset: true
                ),
                outputs: [
                  "ready_o": readyOut.reference, "valid_o": validOut.reference,
                  "code_o": codeOut.reference, "channel_o": channel.reference,
                ]
              )
            ),
            .instance(
              Verilog.Instance(
                "memory",
                of: try channels.module(),
                inputs: inputs(
                  [
                    "address_i": address.value, "write_i": .bit(false),
                    "write_address_i": .literal(0, address.type),
                    "write_word_i": .literal(0, word.type),
                  ],
                  reset: false
                ),
                outputs: ["word_o": word.reference]
              )
            ),
            .instance(
              Verilog.Instance(
                "elements",
                of: try row.module(),
                inputs: inputs(
                  [
                    "address_i": channel.value, "write_i": validIn.value & readyOut.value,
                    "write_address_i": channel.value, "write_word_i": bits,
                  ],
                  reset: false
                ),
                outputs: ["word_o": stored.reference]
              )
            ),
          ]
        )
      ]
    )
  }
}
