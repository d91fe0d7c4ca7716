import BigInt
import IntaglioNumerics

// The units of every lane, and what they load.

extension RowUnit {
  func lanes(
    _ number: Int,
    _ unit: RowFunctionUnit
  ) throws(Verilog.ModuleError) -> Verilog.Section {
    let lane = try Lane(unit)
    let isEnabled = isEnabled(number)
    var wires = [isEnabled, ready(number), given(number), codes(number)]
    var items: [Verilog.Item] = [
      .assign(
        isEnabled.reference,
        ClockedPorts.enable.value & isWorking.value & isUnit(number)
      )
    ]
    var word: Signal?
    if case .norm(let norm, _) = unit {
      let channelWord = Signal("channel_word_\(number)", .unsigned(norm.parameters.word.bits))
      wires += [channel(number), channelWord]
      word = channelWord
      items.append(
        try channels(norm, number, channel(number), channelWord, isShared: unit.parameterSets > 1)
      )
    }
    var parts: [Expression] = []
    for index in 0..<groups.width {
      let code = Signal("code_\(number)_\(index)", lane.code)
      let named = word == nil ? nil : channel(number, lane: index)
      wires += [code] + (index > 0 ? [named].compactMap(\.self) : [])
      items.append(.instance(instance(number, index, lane, code, word: word, channel: named)))
      parts.append(fitted(code))
    }
    items.append(.assign(codes(number).reference, .concatenation(parts.reversed())))
    let share = unit.parameterSets > 1 ? ", shared by \(unit.parameterSets) functions" : ""
    return Verilog.Section(
      "\(lane.summary), \(groups.isWhole ? "one for each lane" : "one for each lane of a group")\(share); it is held unless the command is its own."
        + (word == nil ? "" : " Lane 0 names the channel for all."),
      wires: wires,
      items
    )
  }

  /// What every lane has one of.
  private struct Lane {
    let unit: RowFunctionUnit
    let module: Verilog.Module
    /// Of what comes in.
    let port: String
    let code: Verilog.SignalType
    let summary: String

    init(_ unit: RowFunctionUnit) throws(Verilog.ModuleError) {
      self.unit = unit
      switch unit {
      case .softmax(let softmax, _):
        module = try softmax.module()
        (port, code) = ("score_i", .init(softmax.quantizer.type))
        summary = "Softmax of rows of \(softmax.count)"
      case .norm(let norm, _):
        module = try norm.module()
        (port, code) = ("value_i", .init(norm.parameters.code))
        summary = "Norm of rows of \(norm.parameters.count)"
      case .steps(let steps, _):
        module = try steps.module()
        (port, code) = ("score_i", .init(steps.code))
        summary = "Thresholds of distances in rows of \(steps.count)"
      }
    }
  }

  private func isEnabled(_ number: Int) -> Signal { Signal("is_enabled_\(number)", .bit) }

  /// What a lane names: lane 0 for all.
  private func channel(_ number: Int, lane: Int) -> Signal {
    lane == 0
      ? channel(number)
      : Signal("unused_channel_\(number)_\(lane)", .address(of: count(number)))
  }

  private func instance(
    _ number: Int,
    _ index: Int,
    _ lane: Lane,
    _ code: Signal,
    word: Signal?,
    channel: Signal?
  ) -> Verilog.Instance {
    let value = values.reference.slice(
      Affine(index * shape.wide.bits),
      bits: self.value(number).bits
    )
    var inputs = [
      ClockedPorts.clock.name: ClockedPorts.clock.value,
      ClockedPorts.reset.name: ClockedPorts.reset.value,
      ClockedPorts.enable.name: isEnabled(number).value,
      "valid_i": isThere.value & isUnit(number),
      lane.port: self.value(number).isSigned ? value.value.asSigned : value.value,
    ]
    if let word { inputs["channel_word_i"] = word.value }
    let bits = lane.unit.parameterBits
    if bits > 0 {
      inputs[lane.unit.parameterPort] = parameter.reference.slice(0, bits: bits).value
    }
    var outputs = [
      "code_o": code.reference,
      "ready_o": ready(number).reference.slice(Affine(index), bits: 1),
      "valid_o": given(number).reference.slice(Affine(index), bits: 1),
    ]
    if let channel { outputs["channel_o"] = channel.reference }
    return Verilog.Instance(
      "unit_\(number)_\(index)",
      of: lane.module,
      inputs: inputs,
      outputs: outputs
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
      try memory.instance(
        "channels_\(number)",
        Memory.Read(
          address: isShared
            ? norm.fitted(channel, address)
              + firstChannel.reference.slice(0, bits: address.bits).value
            : channel.value,
          word: word
        )
      )
    )
  }
}
