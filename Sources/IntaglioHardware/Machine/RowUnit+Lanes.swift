import BigInt
import IntaglioNumerics

// The units of every lane, and what they load.

extension RowUnit {
  func lanes(
    _ number: Int,
    _ unit: RowFunctionUnit
  ) throws(Verilog.ModuleError) -> Verilog.Section {
    let module: Verilog.Module
    let (input, code): (String, Verilog.SignalType)
    let summary: String
    switch unit {
    case .softmax(let softmax, _):
      module = try softmax.module()
      (input, code) = ("score_i", .init(softmax.quantizer.type))
      summary = "Softmax of rows of \(softmax.count)"
    case .norm(let norm, _):
      module = try norm.module()
      (input, code) = ("value_i", .init(norm.parameters.code))
      summary = "Norm of rows of \(norm.parameters.count)"
    }
    let isEnabled = Signal("is_enabled_\(number)", .bit)
    var wires = [isEnabled, ready(number), given(number), codes(number)]
    var items: [Verilog.Item] = [
      .assign(
        isEnabled.reference,
        ClockedPorts.enable.value & isWorking.value & isUnit(number)
      )
    ]
    var parts: [Expression] = []
    var word: Signal?
    if case .norm(let norm, _) = unit {
      let channel = channel(number)
      let channelWord = Signal("channel_word_\(number)", .unsigned(norm.parameters.word.bits))
      wires += [channel, channelWord]
      word = channelWord
      items.append(try channels(norm, number, channel, channelWord, isShared: unit.variants > 1))
    }
    for lane in 0..<tile {
      let found = Signal("code_\(number)_\(lane)", code)
      wires.append(found)
      let value = wordIn.reference.slice(
        Affine(lane * shape.wide.bits),
        bits: self.value(number).bits
      )
      var inputs = [
        ClockedPorts.clock.name: ClockedPorts.clock.value,
        ClockedPorts.reset.name: ClockedPorts.reset.value,
        ClockedPorts.enable.name: isEnabled.value,
        "valid_i": isThere.value & isUnit(number),
        input: self.value(number).isSigned ? value.value.asSigned : value.value,
      ]
      if let word { inputs["channel_word_i"] = word.value }
      if unit.parameterBits > 0 {
        inputs[unit.parameterPort] = parameter.reference.slice(0, bits: unit.parameterBits).value
      }
      var outputs = [
        "code_o": found.reference,
        "ready_o": ready(number).reference.slice(Affine(lane), bits: 1),
        "valid_o": given(number).reference.slice(Affine(lane), bits: 1),
      ]
      if word != nil {
        let channel =
          lane == 0
          ? channel(number)
          : Signal("unused_channel_\(number)_\(lane)", .address(of: count(number)))
        if lane > 0 { wires.append(channel) }
        outputs["channel_o"] = channel.reference
      }
      items.append(
        .instance(
          Verilog.Instance("unit_\(number)_\(lane)", of: module, inputs: inputs, outputs: outputs)
        )
      )
      parts.append(fitted(found))
    }
    items.append(.assign(codes(number).reference, .concatenation(parts.reversed())))
    let share = unit.variants > 1 ? ", shared by \(unit.variants) functions" : ""
    return Verilog.Section(
      "\(summary), one for each lane\(share); it stands still unless the job is its own."
        + (word == nil ? "" : " Lane 0 names the channel for all."),
      wires: wires,
      items
    )
  }

  private func value(_ number: Int) -> IntegerType { shape.schedule.rowWorks[number].value }
  func count(_ number: Int) -> Int { shape.schedule.rowWorks[number].count }

  /// A code in the bits that a lane of the memory has.
  private func fitted(_ code: Signal) -> Expression {
    let (bits, type) = (shape.codeBits, code.type)
    guard bits > type.bits else {
      return code.reference.slice(0, bits: bits).value
    }
    let top = code.reference.slice(Affine(type.bits - 1), bits: 1).value
    let filler: Expression =
      type.isSigned ? .repetition(bits - type.bits, top) : .literal(0, .unsigned(bits - type.bits))
    return .concatenation([filler, code.reference.slice(0, bits: type.bits).value])
  }

  /// The words of all channels, for all lanes.
  private func channels(
    _ norm: NormQuantizer,
    _ number: Int,
    _ channel: Signal,
    _ word: Signal,
    isShared: Bool
  ) throws(Verilog.ModuleError) -> Verilog.Item {
    let memory = Memory("\(norm.name)_channels", image: norm.image)
    let address = Verilog.SignalType.address(of: norm.channelCount)
    return .instance(
      Verilog.Instance(
        "channels_\(number)",
        of: try memory.module(),
        inputs: [
          ClockedPorts.clock.name: ClockedPorts.clock.value,
          ClockedPorts.enable.name: ClockedPorts.enable.value,
          "address_i": isShared
            ? norm.fitted(channel, address)
              + firstChannel.reference.slice(0, bits: address.bits).value
            : channel.value,
          "write_i": .bit(false), "write_address_i": .literal(0, address),
          "write_word_i": .literal(0, word.type),
        ],
        outputs: ["word_o": word.reference]
      )
    )
  }
}
