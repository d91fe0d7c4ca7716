import BigInt
import IntaglioNumerics

// How words come in and go out.

extension TileMachine {
  /// 0 takes the inputs, 1 runs, 2 gives the outputs.
  var phase: Signal { Signal("phase_q", .unsigned(2)) }
  func isPhase(_ number: Int) -> Expression { phase.equals(number) }

  /// Which word of the stream comes next.
  var loaded: Signal { Signal("loaded_q", .address(of: max(2, total(inputs)))) }
  var stored: Signal { Signal("stored_q", .address(of: max(2, total(outputs) + 1))) }
  var sequencerDone: Signal { Signal("sequencer_done", .bit) }
  var takes: Signal { Signal("takes", .bit) }
  var advances: Signal { Signal("advances", .bit) }
  var isGiven: Signal { Signal("is_given_q", .bit) }
  var isLastGiven: Signal { Signal("is_last_given_q", .bit) }

  private func total(_ regions: [Region]) -> Int { regions.reduce(0) { $0 + $1.count } }

  private func clocked(_ reset: [Verilog.Statement], _ body: [Verilog.Statement]) -> Verilog.Item {
    .clocked(
      ClockedPorts.clock,
      [.when(~ClockedPorts.reset.value, reset, otherwise: body)]
    )
  }

  private var takesInputs: Expression {
    hasLoadableWeights ? isPhase(0) & hasWeights.value : isPhase(0)
  }

  var phases: Verilog.Section {
    let isLoaded = takes.value & loaded.equals(total(inputs) - 1)
    let isStored = isGiven.value & outputReady.value & isLastGiven.value
    func go(_ to: Int, when condition: Expression) -> [Verilog.Statement] {
      [.when(condition, [.assign(phase.reference, .literal(to, phase.type))])]
    }
    return Verilog.Section(
      "phase: 0 takes the inputs, 1 runs the commands, 2 gives the outputs.",
      wires: [takes, sequencerDone],
      registers: [phase, loaded],
      [
        .assign(takes.reference, takesInputs & inputValid.value),
        .assign(inputReady.reference, takesInputs),
        clocked(
          [
            phase.cleared,
            loaded.cleared,
          ],
          [
            .select(
              phase.value,
              [
                .init(.literal(0, phase.type), go(1, when: isLoaded)),
                .init(.literal(1, phase.type), go(2, when: sequencerDone.value)),
                .init(.literal(2, phase.type), go(0, when: isStored)),
              ],
              otherwise: []
            ),
            .when(
              takes.value,
              [
                .assign(
                  loaded.reference,
                  Expression.literal(0, loaded.type).when(
                    isLoaded | inputLast.value,
                    otherwise: loaded.value + .literal(1, loaded.type)
                  )
                )
              ]
            ),
          ]
        ),
      ]
    )
  }

  /// An input is as long as it is: `s_axis_tlast` may stay low, and ends nothing but a broken one.
  var framing: Verilog.Section {
    let broken = Signal("error_q", .bit)
    let isEarly =
      takes.value & inputLast.value
      & loaded.value.differs(
        from: .literal(total(inputs) - 1, loaded.type)
      )
    return Verilog.Section(
      "s_axis_tlast before the last word of an input: what came of it is dropped, the next beat is the first of "
        + "another one, and error_o stays high until the reset.",
      registers: [broken],
      [
        .assign(error.reference, broken.value),
        clocked(
          [.assign(broken.reference, .bit(false))],
          [.when(isEarly, [.assign(broken.reference, .bit(true))])]
        ),
      ]
    )
  }

  /// Where word `counter` of the regions stands in `memory`; `isThere` where it is in that memory.
  private func place(
    _ counter: Signal,
    _ regions: [Region],
    _ memory: TileMemory
  ) -> (address: Expression, isThere: Expression) {
    let type = shape.address(memory)
    var address = Expression.literal(0, type)
    var isThere = Expression.bit(false)
    var start = 0
    for region in regions {
      defer { start += region.count }
      guard region.memory == memory else { continue }
      let end = start + region.count
      let isAbove: Expression =
        start == 0
        ? .bit(true) : Expression.literal(start - 1, counter.type).isLess(than: counter.value)
      let isBelow: Expression =
        end > counter.type.range.upperBound
        ? .bit(true) : counter.value.isLess(than: .literal(end, counter.type))
      let isInside = isAbove & isBelow
      let number: Expression =
        counter.type.bits < type.bits
        ? counter.reference.extended(to: type)
        : counter.reference.slice(0, bits: type.bits).value
      // Sums wrap round in the width of an address.
      let shift = BigInt(region.first - start)
      let offset = shift.signum() < 0 ? shift + BigInt(1) << type.bits : shift
      address = (number + .literal(offset, type)).when(isInside, otherwise: address)
      isThere = isThere | isInside
    }
    return (address, isThere)
  }

  var loadsCodes: Signal { Signal("loads_codes", .bit) }
  var loadsWide: Signal { Signal("loads_wide", .bit) }
  var loadCodesAddress: Signal { Signal("load_codes_address", shape.address(.codes)) }
  var loadWideAddress: Signal { Signal("load_wide_address", shape.address(.wide)) }
  var loadCodesWord: Signal { Signal("load_codes_word", .unsigned(tile * shape.codeBits)) }
  var loadWideWord: Signal { Signal("load_wide_word", .unsigned(tile * shape.wide.bits)) }

  private func cut(_ bits: Int) -> Expression {
    .concatenation(
      (0..<tile).reversed().map {
        inputData.reference.slice(Affine($0 * laneBits), bits: min(bits, laneBits)).value
      }
    )
  }

  var loading: Verilog.Section {
    let codes = place(loaded, inputs, .codes)
    let wide = place(loaded, inputs, .wide)
    var wires = [loadsCodes, loadsWide, loadCodesAddress, loadWideAddress]
    var items: [Verilog.Item] = [
      .assign(loadsCodes.reference, takes.value & codes.isThere),
      .assign(loadsWide.reference, takes.value & wide.isThere),
      .assign(loadCodesAddress.reference, codes.address),
      .assign(loadWideAddress.reference, wide.address),
    ]
    if inputs.contains(where: { $0.memory == .codes }) {
      wires.append(loadCodesWord)
      items.append(.assign(loadCodesWord.reference, cut(shape.codeBits)))
    }
    if inputs.contains(where: { $0.memory == .wide }) {
      wires.append(loadWideWord)
      items.append(.assign(loadWideWord.reference, cut(shape.wide.bits)))
    }
    return Verilog.Section("Where the word of this beat belongs.", wires: wires, items)
  }

  var storeCodesAddress: Signal { Signal("store_codes_address", shape.address(.codes)) }
  var storeRowCodesAddress: Signal { Signal("store_row_codes_address", shape.address(.rowCodes)) }
  var storeWideAddress: Signal { Signal("store_wide_address", shape.address(.wide)) }
  var givesWide: Signal { Signal("gives_wide_q", .bit) }
  var givesRowCodes: Signal { Signal("gives_row_codes_q", .bit) }
  var storedRowCodesAddress: Signal? { givenRowCodes ? storeRowCodesAddress : nil }
  var givenRowCodes: Bool { outputs.contains { $0.memory == .rowCodes } }
  var wideWord: Signal { Signal("wide_word", .unsigned(tile * shape.wide.bits)) }

  var storing: Verilog.Section {
    let (codes, wide) = (place(stored, outputs, .codes), place(stored, outputs, .wide))
    let rowCodes = place(stored, outputs, .rowCodes)
    return Verilog.Section(
      "A word is read whenever the one before is taken; beats wait for m_axis_tready.",
      wires: [advances, storeCodesAddress, storeWideAddress]
        + (givenRowCodes ? [storeRowCodesAddress] : [])
        + (shape.products > 1 ? storedMemories.map(given) : []),
      registers: [stored, isGiven, isLastGiven, givesWide]
        + (givenRowCodes ? [givesRowCodes] : [])
        + (shape.products > 1 ? storedMemories.map(storedPart) : []),
      [
        .assign(advances.reference, isPhase(2) & (~isGiven.value | outputReady.value)),
        .assign(storeCodesAddress.reference, codes.address),
        .assign(storeWideAddress.reference, wide.address),
      ] + (givenRowCodes ? [.assign(storeRowCodesAddress.reference, rowCodes.address)] : []) + [
        giving(wide: wide.isThere, rowCodes: rowCodes.isThere)
      ] + partsGiven + [
        .assign(outputValid.reference, isGiven.value),
        .assign(outputLast.reference, isLastGiven.value),
        .assign(outputData.reference, wordGiven),
      ]
    )
  }

  /// Which word is given, and from which memory it comes.
  private func giving(wide: Expression, rowCodes: Expression) -> Verilog.Item {
    let count = total(outputs)
    let gives = isPhase(2) & stored.value.isLess(than: .literal(count, stored.type))
    return clocked(
      [
        stored.cleared,
        .assign(isGiven.reference, .bit(false)),
        .assign(isLastGiven.reference, .bit(false)),
        .assign(givesWide.reference, .bit(false)),
      ] + (givenRowCodes ? [.assign(givesRowCodes.reference, .bit(false))] : []),
      [
        .when(
          advances.value,
          [
            .assign(isGiven.reference, gives),
            .assign(isLastGiven.reference, stored.equals(count - 1)),
            .assign(givesWide.reference, wide),
          ] + (givenRowCodes ? [.assign(givesRowCodes.reference, rowCodes)] : []) + [
            .when(gives, [stored.increased])
          ],
          otherwise: [.when(~isPhase(2), [stored.cleared])]
        )
      ]
    )
  }

  private var wordGiven: Expression {
    let rowCodes = spread(given(.rowCodes), shape.codeBits, signed: codesAreSigned)
    return spread(wideWord, shape.wide.bits, signed: shape.wide.isSigned).when(
      givesWide.value,
      otherwise: givenRowCodes
        ? rowCodes.when(givesRowCodes.value, otherwise: codesGiven) : codesGiven
    )
  }

  private var codesGiven: Expression {
    spread(given(.codes), shape.codeBits, signed: codesAreSigned)
  }

  private var codesAreSigned: Bool {
    outputs.isEmpty
      || schedule.program.outputs.contains { schedule.program[$0.panel].type.isSigned }
  }

  /// The memories of operands that words go out of.
  private var storedMemories: [TileMemory] { givenRowCodes ? [.codes, .rowCodes] : [.codes] }
  /// Which of the words that are read at once goes out.
  private func storedPart(_ memory: TileMemory) -> Signal {
    Signal("stored_\(memory.label)_part_q", .address(of: shape.products))
  }
  private func given(_ memory: TileMemory) -> Signal {
    shape.products == 1
      ? word(memory, .rows) : Signal("given_\(memory.label)", .unsigned(tile * shape.codeBits))
  }

  /// With several words side by side: those that go out.
  private var partsGiven: [Verilog.Item] {
    guard shape.products > 1 else { return [] }
    let groups = LaneGroups(lanes: shape.products * tile, width: tile)
    return storedMemories.flatMap { memory -> [Verilog.Item] in
      let address = memory == .codes ? storeCodesAddress : storeRowCodesAddress
      guard let part = places(of: address, memory)?.part else { return [] }
      return [
        .clocked(
          ClockedPorts.clock,
          [.when(readsWords.value, [.assign(storedPart(memory).reference, part)])]
        ),
        .assign(
          given(memory).reference,
          groups.selected(word(memory, .rows).reference, shape.codeBits, storedPart(memory))
        ),
      ]
    }
  }

  /// Lanes of `bits` bits in lanes of a beat.
  private func spread(_ word: Signal, _ bits: Int, signed: Bool) -> Expression {
    .concatenation(
      (0..<tile).reversed().map { lane in
        let number = word.reference.slice(Affine(lane * bits), bits: min(bits, laneBits)).value
        guard bits < laneBits else { return number }
        let top = word.reference.slice(Affine((lane + 1) * bits - 1), bits: 1).value
        let filler: Expression =
          signed ? .repetition(laneBits - bits, top) : .literal(0, .unsigned(laneBits - bits))
        return .concatenation([filler, number])
      }
    )
  }
}
