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
    shape.steps.map { Signal("codes", .unsigned(tile * $0.code.bits)) }
  }

  private var streamed: [Signal] {
    shape.streams.enumerated().map {
      Signal("streamed_\($0)", .unsigned(tile * $1.result.bits))
    }
  }

  /// What the tables of lookup `number` give.
  private func found(_ number: Int) -> Signal {
    Signal("found_\(number)", .unsigned(tile * shape.lookups[number].lookup.type.bits))
  }
  private func latency(ofLookup number: Int) -> Int {
    shape.streams[shape.schedule.lookups[number].unit].latency + LookupUnit.latency
  }

  /// The parameters of stream unit `number` in a lane: its own, or those of all lanes.
  private func parameters(_ number: Int, _ lane: Int) -> Expression {
    let bits = shape.streams[number].parameters.bits
    guard shape.streamBits(number) > bits else { return streamsIn[number].value }
    return streamsIn[number].reference.slice(Affine(lane * bits), bits: bits).value
  }

  func units() throws(Verilog.ModuleError) -> [Verilog.Section] {
    let shared = [ClockedPorts.clock, ClockedPorts.enable]
    let common = Dictionary(uniqueKeysWithValues: shared.map { ($0.name, $0.value) })
    var sections: [Verilog.Section] = []
    if let steps = shape.steps, let stepIn, let codes {
      let module = try steps.module()
      var items: [Verilog.Item] = []
      var wires: [Signal] = []
      for index in 0..<tile {
        let code = Signal("code_\(index)", .init(steps.code))
        wires.append(code)
        items.append(
          .instance(
            Verilog.Instance(
              "step_requantizer_\(index)",
              of: module,
              inputs: common.merging(
                ["value_i": lane(sums, index, sum), "table_i": stepIn.value],
                uniquingKeysWith: { first, _ in first }
              ),
              outputs: ["code_o": code.reference]
            )
          )
        )
      }
      let parts = wires.reversed().map { $0.type.isSigned ? $0.value.asUnsigned : $0.value }
      sections.append(
        Verilog.Section(
          "Thresholds: a unit for each column, the table of the row for all of them.",
          wires: wires + [codes],
          items + [.assign(codes.reference, .concatenation(parts))]
        )
      )
    }
    for (number, stream) in shape.streams.enumerated() {
      let module = try stream.module()
      var items: [Verilog.Item] = []
      var wires: [Signal] = []
      for index in 0..<tile {
        let result = Signal("stream_\(number)_\(index)", .init(stream.result))
        wires.append(result)
        var inputs = [
          "value_0_i": lane(sums, index, sum), "parameters_i": parameters(number, index),
        ]
        if stream.operands.count > 1 { inputs["value_1_i"] = lane(residualIn, index, wide) }
        items.append(
          .instance(
            Verilog.Instance(
              "stream_requantizer_\(number)_\(index)",
              of: module,
              inputs: common.merging(inputs, uniquingKeysWith: { first, _ in first }),
              outputs: ["stream_o": result.reference]
            )
          )
        )
      }
      let parts = wires.reversed().map { $0.type.isSigned ? $0.value.asUnsigned : $0.value }
      sections.append(
        Verilog.Section(
          "Streams of form \(number): a unit for each column, the parameters of the row for all.",
          wires: wires + [streamed[number]],
          items + [.assign(streamed[number].reference, .concatenation(parts))]
        )
      )
    }
    for number in shape.lookups.indices { sections.append(try looking(number)) }
    return sections
  }

  private func looking(_ number: Int) throws(Verilog.ModuleError) -> Verilog.Section {
    let unit = shape.lookups[number]
    let module = try unit.module()
    let source = shape.schedule.lookups[number].unit
    var items: [Verilog.Item] = []
    var wires: [Signal] = []
    for index in 0..<tile {
      let code = Signal("found_\(number)_\(index)", .init(unit.lookup.type))
      let stream = Signal("stream_\(source)_\(index)", .init(shape.streams[source].result))
      wires.append(code)
      items.append(
        .instance(
          Verilog.Instance(
            "lookup_\(number)_\(index)",
            of: module,
            inputs: [
              ClockedPorts.clock.name: ClockedPorts.clock.value,
              ClockedPorts.enable.name: ClockedPorts.enable.value,
              "index_i": stream.value,
            ],
            outputs: ["code_o": code.reference]
          )
        )
      )
    }
    let parts = wires.reversed().map { $0.type.isSigned ? $0.value.asUnsigned : $0.value }
    return Verilog.Section(
      "\(unit.name).hex: codes of every index, a table for each column.",
      wires: wires + [found(number)],
      items + [.assign(found(number).reference, .concatenation(parts))]
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
      (codes.map { [($0, StepRequantizer.latency)] } ?? [])
      + zip(streamed, shape.streams.map(\.latency))
      + shape.lookups.indices.map { (found($0), latency(ofLookup: $0)) }
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
    case sums, finish
    case toWide = "to_wide"
    case isLive = "is_live"
    case isFinal = "is_final"
    case address
    case zeroPoint = "zero_point"
  }

  private var carried: [Carried] {
    Carried.allCases.filter { $0 != .zeroPoint || shape.hasZeroPoints }
  }

  /// Where it is when the units begin.
  private func register(_ carried: Carried) -> Signal {
    switch carried {
    case .sums: sums
    case .finish: finish
    case .toWide: toWide
    case .isLive: isLive
    case .isFinal: isFinal
    case .address: address
    case .zeroPoint: zeroPoint
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
      (0..<tile).reversed().map { lane in
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
    let finish = final(.finish)
    var value = fitted(final(.sums), sum, to: bits)
    if let steps = shape.steps, let codes {
      value = fitted(final(codes, after: StepRequantizer.latency), .init(steps.code), to: bits)
        .when(finish.value.equals(.literal(1, finish.type)), otherwise: value)
    }
    for (number, stream) in shape.streams.enumerated() {
      value = fitted(final(streamed[number], after: stream.latency), .init(stream.result), to: bits)
        .when(finish.value.equals(.literal(2 + number, finish.type)), otherwise: value)
    }
    for (number, unit) in shape.lookups.enumerated() {
      let code = final(found(number), after: latency(ofLookup: number))
      let place = Expression.literal(2 + shape.streams.count + number, finish.type)
      value = fitted(code, .init(unit.lookup.type), to: bits)
        .when(finish.value.equals(place), otherwise: value)
    }
    return value
  }

  private var codesFound: Signal { Signal("codes_found", codesOut.type) }

  var writing: Verilog.Section {
    let live = final(.isLive).value
    let toWide = final(.toWide)
    let address = final(.address)
    func cut(_ type: Verilog.SignalType) -> Expression {
      address.reference.slice(0, bits: type.bits).value
    }
    return Verilog.Section(
      "The result where it belongs, codes less their zero point.",
      wires: [codesFound],
      [
        .assign(writeCodes.reference, live & ~toWide.value),
        .assign(writeWide.reference, live & toWide.value),
        .assign(codesAddress.reference, cut(codesAddress.type)),
        .assign(wideAddress.reference, cut(wideAddress.type)),
        .assign(
          codesOut.reference,
          shape.hasZeroPoints
            ? shape.lanes(
              codesFound.reference,
              less: final(.zeroPoint)
            )
            : codesFound.value
        ),
        .assign(codesFound.reference, result(shape.codeBits)),
        .assign(wideOut.reference, result(wide.bits)),
        .assign(tileDone.reference, final(.isFinal).value),
      ]
    )
  }
}
