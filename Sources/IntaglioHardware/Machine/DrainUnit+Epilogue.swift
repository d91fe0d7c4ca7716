import BigInt
import IntaglioGraph
import IntaglioNumerics

// What becomes of a word of sums: units beside every column, all of them as late as the slowest.

extension DrainUnit {
  private func lane(_ word: Signal, _ lane: Int, _ type: Verilog.SignalType) -> Expression {
    let bits = word.reference.slice(Affine(lane * type.bits), bits: type.bits).value
    return type.isSigned ? bits.asSigned : bits
  }

  private var codes: Signal? {
    shape.steps.map { Signal("codes", .unsigned(groups.width * $0.code.bits)) }
  }

  /// What the search gives.
  private var searched: Signal? {
    shape.search.map { Signal("searched", .unsigned(groups.width * $0.code.bits)) }
  }

  private var streamed: [Signal] {
    shape.streams.enumerated().map {
      Signal("streamed_\($0)", .unsigned(groups.width * $1.result.bits))
    }
  }

  /// What the tables of lookup `number` give.
  private func found(_ number: Int) -> Signal {
    Signal("found_\(number)", .unsigned(groups.width * shape.lookups[number].lookup.type.bits))
  }
  private func latency(ofLookup number: Int) -> Int {
    shape.streams[shape.schedule.lookups[number].unit].latency + LookupUnit.latency
  }

  /// The parameters of stream unit `number` in a lane: its own, or those of all lanes.
  private func parameters(_ number: Int, _ lane: Int) -> Expression {
    let bits = shape.streams[number].parameters.bits
    let word = laneParameters(number)
    guard shape.streamBits(number) > bits else { return word.value }
    return word.reference.slice(Affine(lane * bits), bits: bits).value
  }

  func units() throws(Verilog.ModuleError) -> [Verilog.Section] {
    var sections: [Verilog.Section] = []
    if let steps = shape.steps, let stepIn, let codes {
      sections.append(
        try columns(
          "Thresholds: a unit for each column, the table of the row for all of them.",
          Column("step_requantizer", try steps.module(), "code_o"),
          result: ("code", .init(steps.code)),
          word: codes
        ) { ["value_i": lane(laneSums, $0, sum), "table_i": stepIn.value] }
      )
    }
    for (number, stream) in shape.streams.enumerated() {
      sections.append(
        try columns(
          "Streams of form \(number): a unit for each column, the parameters of the row for all.",
          Column("scaled_sum_\(number)", try stream.module(), "stream_o"),
          result: ("stream_\(number)", .init(stream.result)),
          word: streamed[number]
        ) { index in
          var inputs = [
            "value_0_i": lane(laneSums, index, sum), "parameters_i": parameters(number, index),
          ]
          if stream.hasResidual { inputs["value_1_i"] = lane(laneResidual, index, wide) }
          return inputs
        }
      )
    }
    if let search = shape.search, let searched {
      let type = Verilog.SignalType.address(of: search.tables.count)
      sections.append(
        try columns(
          "Long tables of thresholds: a search for each column, at the table of the row.",
          Column("search_requantizer", try search.module(), "code_o"),
          result: ("searched", .init(search.code)),
          word: searched
        ) { index in
          var inputs = ["value_i": lane(laneSums, index, sum)]
          if shape.hasChannels {
            inputs["channel_i"] = channel.reference.slice(0, bits: type.bits).value
          }
          return inputs
        }
      )
    }
    for (number, unit) in shape.lookups.enumerated() {
      let source = shape.schedule.lookups[number].unit
      let type = Verilog.SignalType(shape.streams[source].result)
      sections.append(
        try columns(
          "\(unit.name).hex: codes of every index, a table for each column.",
          Column("lookup_\(number)", try unit.module(), "code_o"),
          result: ("found_\(number)", .init(unit.lookup.type)),
          word: found(number)
        ) { ["index_i": Signal("stream_\(source)_\($0)", type).value] }
      )
    }
    return sections
  }

  /// A unit that every column has one of.
  private struct Column {
    let name: String
    let module: Verilog.Module
    /// The port of its result.
    let output: String

    init(_ name: String, _ module: Verilog.Module, _ output: String) {
      (self.name, self.module, self.output) = (name, module, output)
    }
  }

  /// A unit for each column, and their results side by side in `word`.
  private func columns(
    _ law: String,
    _ column: Column,
    result: (name: String, type: Verilog.SignalType),
    word: Signal,
    inputs: (Int) -> [String: Expression]
  ) throws(Verilog.ModuleError) -> Verilog.Section {
    let clocked = [ClockedPorts.clock, ClockedPorts.enable].map { ($0.name, $0.value) }
    let results = (0..<groups.width).map { Signal("\(result.name)_\($0)", result.type) }
    let instances = results.enumerated().map { index, result in
      Verilog.Item.instance(
        Verilog.Instance(
          "\(column.name)_\(index)",
          of: column.module,
          inputs: inputs(index).merging(clocked) { first, _ in first },
          outputs: [column.output: result.reference]
        )
      )
    }
    let parts = results.reversed().map { $0.type.isSigned ? $0.value.asUnsigned : $0.value }
    return Verilog.Section(
      law,
      wires: results + [word],
      instances + [.assign(word.reference, .concatenation(parts))]
    )
  }

  // MARK: The same time for all

  var pipeline: Verilog.Section {
    var registers: [Signal] = []
    var moves: [Verilog.Statement] = []
    var live: [Verilog.Statement] = []
    var cleared: [Verilog.Statement] = []
    for carried in carried {
      var before = register(carried)
      for stage in 1...latency {
        let register = Signal("\(carried.rawValue)_\(stage)_q", before.type)
        registers.append(register)
        if carried == .isLive || carried == .isFinal {
          live.append(.assign(register.reference, before.value))
          cleared.append(.assign(register.reference, .bit(false)))
        } else {
          moves.append(.assign(register.reference, before.value))
        }
        before = register
      }
    }
    let faster =
      (codes.map { [($0, ThresholdRequantizer.latency)] } ?? [])
      + zip(streamed, shape.streams.map(\.latency))
      + shape.lookups.indices.map { (found($0), latency(ofLookup: $0)) }
      + (searched.map { [($0, shape.search?.latency ?? 0)] } ?? [])
    for (result, from) in faster {
      var before = result
      for stage in from..<latency {
        let register = Signal("\(result.name)_\(stage + 1)_q", result.type)
        registers.append(register)
        moves.append(.assign(register.reference, before.value))
        before = register
      }
    }
    return Verilog.Section(
      "What goes beside the units, and results of the faster ones, as late as the slowest.",
      registers: registers,
      [ClockedPorts.clocked(moves), ClockedPorts.clocked(reset: cleared, live)]
    )
  }

  /// What goes beside the units.
  enum Carried: String, CaseIterable {
    case sums, epilogue
    case toWide = "to_wide"
    case isLive = "is_live"
    case isFinal = "is_final"
    case address
    case zeroPoint = "zero_point"
    case group
  }

  private var carried: [Carried] {
    Carried.allCases.filter {
      ($0 != .zeroPoint || shape.hasZeroPoints) && ($0 != .group || !groups.isWhole)
    }
  }

  /// Where it is when the units begin.
  private func register(_ carried: Carried) -> Signal {
    switch carried {
    case .sums: laneSums
    case .epilogue: epilogue
    case .toWide: toWide
    case .isLive: isLive
    case .isFinal: isFinal
    case .address: address
    case .zeroPoint: zeroPoint
    case .group: group
    }
  }

  /// Where it is when the slowest unit gives its result.
  func final(_ carried: Carried) -> Signal {
    final(carried.rawValue, register(carried).type)
  }

  private func final(_ name: String, _ type: Verilog.SignalType) -> Signal {
    Signal("\(name)_\(latency)_q", type)
  }

  /// What a unit gives after `cycles`, as late as the slowest.
  private func final(_ result: Signal, after cycles: Int) -> Signal {
    cycles < latency ? final(result.name, result.type) : result
  }

  /// Lane by lane in `bits` bits: cut or continued with the sign.
  private func fitted(_ word: Signal, _ type: Verilog.SignalType, to bits: Int) -> Expression {
    guard type.bits != bits else { return word.value }
    return .concatenation(
      (0..<groups.width).reversed().map { lane in
        let whole = word.reference.slice(Affine(lane * type.bits), bits: min(bits, type.bits))
        guard bits > type.bits else { return whole.value }
        let top = word.reference.slice(Affine((lane + 1) * type.bits - 1), bits: 1).value
        let filler: Expression =
          type.isSigned
          ? .repetition(bits - type.bits, top) : .literal(0, .unsigned(bits - type.bits))
        return .concatenation([filler, whole.value])
      }
    )
  }

  private func result(_ bits: Int) -> Expression {
    let epilogue = final(.epilogue)
    var value = fitted(final(.sums), sum, to: bits)
    if let steps = shape.steps, let codes {
      value = fitted(final(codes, after: ThresholdRequantizer.latency), .init(steps.code), to: bits)
        .when(epilogue.equals(1), otherwise: value)
    }
    for (number, stream) in shape.streams.enumerated() {
      value = fitted(final(streamed[number], after: stream.latency), .init(stream.result), to: bits)
        .when(epilogue.equals(2 + number), otherwise: value)
    }
    for (number, unit) in shape.lookups.enumerated() {
      let code = final(found(number), after: latency(ofLookup: number))
      let place = Expression.literal(2 + shape.streams.count + number, epilogue.type)
      value = fitted(code, .init(unit.lookup.type), to: bits)
        .when(epilogue.value.equals(place), otherwise: value)
    }
    if let search = shape.search, let searched {
      let code = final(searched, after: search.latency)
      value = fitted(code, .init(search.code), to: bits)
        .when(epilogue.equals(shape.searchNumber), otherwise: value)
    }
    return value
  }

  private var codesFound: Signal {
    Signal("codes_found", .unsigned(groups.width * shape.codeBits))
  }
  /// What the units give in a cycle where that is not a whole word.
  private var codesPart: Signal { Signal("codes_part", codesFound.type) }
  private var widePart: Signal { Signal("wide_part", .unsigned(groups.width * wide.bits)) }

  var writing: Verilog.Section {
    // A word is whole with its last group.
    let isWhole = groups.isWhole ? [] : [final(.group).equals(groups.count - 1)]
    let live = isWhole.reduce(final(.isLive).value) { $0 & $1 }
    let toWide = final(.toWide)
    let address = final(.address)
    func cut(_ type: Verilog.SignalType) -> Expression {
      address.reference.slice(0, bits: type.bits).value
    }
    let codes =
      shape.hasZeroPoints
      ? shape.lanes(groups.width, of: codesFound.reference, less: final(.zeroPoint))
      : codesFound.value
    let wide = result(self.wide.bits)
    let items: [Verilog.Item] = [
      .assign(writeCodes.reference, live & ~toWide.value),
      .assign(writeWide.reference, live & toWide.value),
      .assign(codesAddress.reference, cut(codesAddress.type)),
      .assign(wideAddress.reference, cut(wideAddress.type)),
      .assign(codesOut.reference, groups.isWhole ? codes : whole(codesPart)),
      .assign(codesFound.reference, result(shape.codeBits)),
      .assign(wideOut.reference, groups.isWhole ? wide : whole(widePart)),
      .assign(tileDone.reference, isWhole.reduce(final(.isFinal).value) { $0 & $1 }),
    ]
    guard !groups.isWhole else {
      return Verilog.Section(
        "The result where it belongs, codes less their zero point.",
        wires: [codesFound],
        items
      )
    }
    return Verilog.Section(
      "The result where it belongs, codes less their zero point; a word is written with its last group.",
      wires: [codesFound, codesPart, widePart],
      registers: [before(codesPart), before(widePart)],
      items + [
        .assign(codesPart.reference, codes), .assign(widePart.reference, wide),
        ClockedPorts.clocked([
          .when(final(.isLive).value, [keeping(codesPart), keeping(widePart)])
        ]),
      ]
    )
  }
}
