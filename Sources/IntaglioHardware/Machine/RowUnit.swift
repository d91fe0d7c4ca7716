import BigInt
import IntaglioGraph
import IntaglioNumerics

/// Feeds whole rows to the units of every lane and writes the codes that they give.
///
/// Lane n of the command's group of lanes goes to unit n; all lanes work in step, for no unit's time depends on
/// data. A norm sees its row twice: the second time unit 0 says which word it wants. Units are held unless the command
/// is theirs.
struct RowUnit {
  let shape: MachineShape

  typealias Signal = Verilog.Signal
  typealias Expression = Verilog.Expression
  typealias Affine = Verilog.Affine

  var units: [RowFunctionUnit] { shape.rowUnits }

  /// What the units load; tables that several of them share stand once.
  var images: [Verilog.MemoryImage] {
    var images: [Verilog.MemoryImage] = []
    for image in units.flatMap(\.images) where !images.contains(image) { images.append(image) }
    return images
  }

  // MARK: Ports

  var tile: Int { shape.tile }
  var groups: LaneGroups { shape.rowGroups }
  var command: WordLayout<RowField> { shape.rowCommand }
  let start = Signal("start_i", .bit)
  var commandIn: Signal { Signal("command_i", command.type) }
  /// Where the word stands that is asked for; it comes one cycle later.
  var readAddress: Signal { Signal("read_address_o", shape.address(.wide)) }
  var wordIn: Signal { Signal("word_i", .unsigned(tile * shape.wide.bits)) }
  /// For every group of lanes.
  var writes: Signal { Signal("writes_o", .unsigned(groups.count)) }
  var writeAddress: Signal { Signal("write_address_o", shape.address(.rowCodes)) }
  var wordOut: Signal { Signal("word_o", .unsigned(groups.width * shape.codeBits)) }
  /// The last word of a command is written.
  let done = Signal("done_o", .bit)

  // MARK: Signals

  private var source: Signal { Signal("source_q", shape.address(.wide)) }
  private var address: Signal { Signal("address_q", shape.address(.wide)) }
  /// A word is asked for that has not come before, or that comes once more.
  private let asks = Signal("asks", .bit)
  private let asksAgain = Signal("asks_again", .bit)
  /// Cycles in which no word is asked for, so that a slow multiplier keeps up.
  private var pause: Signal { Signal("pause_q", .address(of: max(2, paces.max() ?? 1))) }
  private var hasPauses: Bool { paces.contains { $0 > 1 } }
  private var paces: [Int] { units.map(\.pace) }
  private var left: Signal { Signal("left_q", command.type(of: .words)) }
  private var result: Signal { Signal("result_q", shape.address(.rowCodes)) }
  private var remaining: Signal { Signal("remaining_q", command.type(of: .words)) }
  private var unit: Signal { Signal("unit_q", command.type(of: .unit)) }
  /// Numbers of the command's function: its first channel, and what else tells it from others of its unit.
  var firstChannel: Signal { Signal("first_channel_q", command.type(of: .firstChannel)) }
  private var hasFirstChannel: Bool { command.has(.firstChannel) }
  /// The lanes of the command.
  private var group: Signal { Signal("group_q", groups.number) }
  /// What the units take.
  var values: Signal { Signal("values", .unsigned(groups.width * shape.wide.bits)) }
  var parameter: Signal { Signal("parameter_q", command.type(of: .parameter)) }
  private var hasParameter: Bool { command.has(.parameter) }
  /// From a command's start until its last code is given.
  let isWorking = Signal("is_working_q", .bit)
  let isThere = Signal("is_there_q", .bit)
  private let isReady = Signal("is_ready", .bit)
  private let isGiven = Signal("is_given", .bit)
  private var codes: Signal { Signal("codes", wordOut.type) }
  private var zeroPoint: Signal { Signal("zero_point_q", command.type(of: .zeroPoint)) }

  func ready(_ number: Int) -> Signal { Signal("ready_\(number)", .unsigned(groups.width)) }
  func given(_ number: Int) -> Signal { Signal("given_\(number)", .unsigned(groups.width)) }
  func codes(_ number: Int) -> Signal { Signal("codes_\(number)", wordOut.type) }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    var sections = [feeding, selection, writing]
    for (number, unit) in units.enumerated() { sections.append(try lanes(number, unit)) }
    return try Verilog.Module(
      "row_unit",
      summary: [
        "\(units.count) kind\(units.count == 1 ? "" : "s") of work on whole rows, \(groups.width) rows at a "
          + "time: words are read one after the other, and codes are written as they come."
      ],
      ports: ClockedPorts.all + [start, commandIn, wordIn].map(Verilog.Port.input)
        + [readAddress, writes, writeAddress, wordOut, done].map(Verilog.Port.output),
      sections: Verilog.Section.declaredFirst(
        "What is kept.",
        sections + [.unused([commandIn] + unusedValues)]
      )
    )
  }

  /// The words, where every unit takes fewer bits of a lane than there are.
  private var unusedValues: [Signal] {
    shape.schedule.rowWorks.allSatisfy { $0.value.bits < shape.wide.bits } ? [values] : []
  }

  /// What is kept of a command for its units, and the field that it comes from.
  private var numbers: [(register: Signal, field: RowField)] {
    (shape.hasZeroPoints ? [(zeroPoint, .zeroPoint)] : [])
      + (groups.isWhole ? [] : [(group, .group)])
      + (hasFirstChannel ? [(firstChannel, .firstChannel)] : [])
      + (hasParameter ? [(parameter, .parameter)] : [])
  }

  private func begin(_ field: RowField) -> Expression {
    command.field(field, of: commandIn.reference)
  }

  private var feeding: Verilog.Section {
    let isFree = hasPauses ? isReady.value & pause.equals(0) : isReady.value
    return Verilog.Section(
      "A command is taken at start; then a word is read in every cycle in which its unit takes one, and "
        + "behind the last one those that lane 0 names.",
      wires: [asks, asksAgain, values],
      registers: [source, address, left, result, remaining, unit, isWorking, isThere]
        + numbers.map(\.register) + (hasPauses ? [pause] : []),
      [
        .assign(asks.reference, left.value.differs(from: .literal(0, left.type)) & isFree),
        .assign(
          asksAgain.reference,
          left.equals(0) & remaining.value.differs(from: .literal(0, remaining.type))
        ),
        .assign(
          readAddress.reference,
          (source.value + again).when(asksAgain.value, otherwise: address.value)
        ),
        .assign(values.reference, groups.selected(wordIn.reference, shape.wide.bits, group)),
        counters, places,
      ]
    )
  }

  /// How many words are not yet read, and not yet given; which unit works, and when the next word may come.
  private var counters: Verilog.Item {
    let pausing = Verilog.Statement.when(
      asks.value,
      [.assign(pause.reference, chosen { .literal(paces[$0] - 1, pause.type) })],
      otherwise: [
        .when(pause.value.differs(from: .literal(0, pause.type)), [pause.decreased])
      ]
    )
    return ClockedPorts.clocked(
      reset: [
        left.cleared, remaining.cleared, .assign(isThere.reference, .bit(false)),
        .assign(isWorking.reference, .bit(false)), unit.cleared,
      ] + (hasPauses ? [pause.cleared] : []),
      [
        .assign(isThere.reference, asks.value),
        .when(
          start.value,
          [
            .assign(left.reference, begin(.words)),
            .assign(remaining.reference, begin(.words)),
            .assign(unit.reference, begin(.unit)),
            .assign(isWorking.reference, .bit(true)),
          ],
          otherwise: [
            .when(asks.value, [left.decreased]),
            .when(isGiven.value, [remaining.decreased]),
            .when(done.value, [.assign(isWorking.reference, .bit(false))]),
          ]
        ),
      ] + (hasPauses ? [pausing] : [])
    )
  }

  /// Where words are read and codes written, and the numbers of the command's function.
  private var places: Verilog.Item {
    ClockedPorts.clocked([
      .when(
        start.value,
        [
          .assign(source.reference, begin(.source)),
          .assign(address.reference, begin(.source)),
          .assign(result.reference, begin(.result)),
        ] + numbers.map { .assign($0.register.reference, begin($0.field)) },
        otherwise: [
          .when(asks.value, [address.increased]), .when(isGiven.value, [result.increased]),
        ]
      )
    ])
  }

  /// How far the word that lane 0 names is behind the first one.
  private var again: Expression {
    let type = address.type
    return chosen { number in
      guard case .norm = units[number] else { return .literal(0, type) }
      let channel = channel(number)
      return channel.type.bits < type.bits
        ? channel.reference.extended(to: type) : channel.reference.slice(0, bits: type.bits).value
    }
  }

  func channel(_ number: Int) -> Signal {
    Signal("channel_\(number)", .address(of: count(number)))
  }

  func isUnit(_ number: Int) -> Expression {
    unit.equals(number)
  }

  /// What belongs to the unit of the command.
  private func chosen(_ signal: (Int) -> Expression) -> Expression {
    units.indices.dropFirst().reduce(signal(0)) { value, number in
      signal(number).when(isUnit(number), otherwise: value)
    }
  }

  private var selection: Verilog.Section {
    // Lanes work in step, so all of them are ready, and give, in the same cycles.
    func all(_ signal: Signal) -> Expression { .unary(.all, signal.value) }
    return Verilog.Section(
      "The unit of the command.",
      wires: [isReady, isGiven, codes],
      [
        .assign(isReady.reference, chosen { all(ready($0)) }),
        .assign(isGiven.reference, chosen { all(given($0)) }),
        .assign(codes.reference, chosen { codes($0).value }),
      ]
    )
  }

  private var writing: Verilog.Section {
    Verilog.Section(
      "Codes as they come, less their zero point.",
      [
        .assign(writes.reference, groups.mask(group, isGiven.value)),
        .assign(writeAddress.reference, result.value),
        .assign(
          wordOut.reference,
          shape.hasZeroPoints
            ? shape.lanes(groups.width, of: codes.reference, less: zeroPoint) : codes.value
        ),
        .assign(
          done.reference,
          isGiven.value & remaining.equals(1)
        ),
      ]
    )
  }
}
