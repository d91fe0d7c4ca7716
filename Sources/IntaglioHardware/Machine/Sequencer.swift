import BigInt

/// Reads the table of the array's commands and feeds it: addresses, tokens, and what is to become of the sums.
///
/// A tile of k slices takes max(k, rows, 2) cycles, its slices in the last k of them, so that the last
/// slices of two tiles are never closer than the sums of one need to leave. Tiles follow each other
/// without a gap unless one needs what is not yet in memory: so many tiles, or so many blocks of rows.
struct Sequencer {
  let shape: MachineShape

  typealias Signal = Verilog.Signal
  private typealias Expression = Verilog.Expression

  private var command: WordLayout<TileField> { shape.command }

  // MARK: Ports

  /// Begins with the first command; low until the table has been read once.
  let start = Signal("start_i", .bit)
  /// The word of the table at `commandAddress`, one cycle later.
  var commandIn: Signal { Signal("command_i", command.type) }
  /// How many tiles are in memory, and how many blocks of rows are done.
  var tilesDone: Signal { Signal("tiles_done_i", command.type(of: .needsTiles)) }
  var blocksDone: Signal { Signal("blocks_done_i", command.type(of: .needsBlocks)) }
  var commandAddress: Signal { Signal("command_address_o", .address(of: shape.commandWords.count)) }
  var rowsAddress: Signal { Signal("rows_address_o", command.type(of: .rows)) }
  var columnsAddress: Signal { Signal("columns_address_o", command.type(of: .columns)) }
  /// What the words that come a cycle later are, and the tokens that go with them.
  let rowsFrom = Signal("rows_from_o", MachineShape.sources)
  let columnsFrom = Signal("columns_from_o", MachineShape.sources)
  let rowsUnsigned = Signal("rows_unsigned_o", .bit)
  let columnsUnsigned = Signal("columns_unsigned_o", .bit)
  /// With several products of an element: how many the last slice has, less 1.
  var tail: Signal? {
    command.has(.tail) ? Signal("tail_o", command.type(of: .tail)) : nil
  }
  /// With operands that are taken digit by digit: which bits of the words.
  var parts: [(signal: Signal, field: TileField)] {
    guard shape.schedule.picksDigits else { return [] }
    return [TileField.rowPart, .columnPart].map {
      (Signal("\($0.rawValue)_o", command.type(of: $0)), $0)
    }
  }
  let first = Signal("first_o", .bit)
  let last = Signal("last_o", .bit)
  /// The last slice is read in this cycle, and `current` is its command.
  let push = Signal("push_o", .bit)
  var current: Signal { Signal("current_o", command.type) }
  let done = Signal("done_o", .bit)

  private enum State: Int {
    case idle, ready, issue, done
    static let type = Verilog.SignalType.unsigned(2)
    var literal: Verilog.Expression { .literal(rawValue, State.type) }
  }

  private let state = Signal("state_q", State.type)
  private var slot: Signal { Signal("slot_q", command.type(of: .slots)) }
  private let begin = Signal("begins", .bit)
  private let isServed = Signal("is_served", .bit)
  private let slice = Signal("slice", .bit)

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    try Verilog.Module(
      "sequencer",
      summary: [
        "Runs \(shape.schedule.tiles.count) tiles of products, each as soon as what it needs is in memory.",
        "A tile of k slices takes max(k, \(max(2, shape.tile))) cycles, its slices in the last k."
          + (shape.products > 1 ? " A slice is that of \(shape.products) words." : ""),
        "A command: \(command.description).",
      ],
      ports: ClockedPorts.all + [start, commandIn, tilesDone, blocksDone].map(Verilog.Port.input)
        + [
          commandAddress, rowsAddress, columnsAddress, rowsFrom, columnsFrom, rowsUnsigned,
          columnsUnsigned, first, last, push, current, done,
        ].map(Verilog.Port.output) + (tail.map { [.output($0)] } ?? [])
        + parts.map { .output($0.signal) },
      sections: Verilog.Section.declaredFirst(
        "What is kept: the state, the command that is read, how many of its cycles are left.",
        [decisions, states, slices, tokens]
      )
    )
  }

  private func next(_ field: TileField) -> Expression {
    command.field(field, of: commandIn.reference)
  }
  private func now(_ field: TileField) -> Expression {
    command.field(field, of: currentCommand.reference)
  }

  private func isState(_ state: State) -> Expression { self.state.value.equals(state.literal) }
  private var isLastSlot: Expression { slot.equals(1) }

  private var currentCommand: Signal { Signal("current_q", command.type) }

  private var decisions: Verilog.Section {
    let free = Signal("free", .bit)
    return Verilog.Section(
      "A tile begins when the one before is read and what it needs is there.",
      wires: [free, begin, isServed],
      [
        .assign(free.reference, isState(.ready) | (isState(.issue) & isLastSlot)),
        .assign(
          isServed.reference,
          next(.needsTiles).isAtMost(tilesDone.value)
            & next(.needsBlocks).isAtMost(blocksDone.value)
        ),
        .assign(begin.reference, free.value & isServed.value & ~next(.isEnd)),
      ]
    )
  }

  private var states: Verilog.Section {
    let address = Signal("command_address_q", commandAddress.type)
    let current = currentCommand
    let step: [Verilog.Statement] = [
      address.increased,
      .assign(current.reference, commandIn.value),
    ]
    return Verilog.Section(
      "state: 0 idle, 1 ready for a command, 2 reading slices, 3 done.",
      registers: [state, address, currentCommand],
      [
        ClockedPorts.clocked(
          reset: [
            .assign(state.reference, State.idle.literal),
            address.cleared,
          ],
          [
            .when(
              begin.value,
              [.assign(state.reference, State.issue.literal)] + step,
              otherwise: [.select(state.value, leaving(address), otherwise: [])]
            )
          ]
        ),
        .assign(commandAddress.reference, address.value),
        .assign(self.current.reference, current.value),
        .assign(done.reference, isState(.done)),
      ]
    )
  }

  /// Where a state goes when nothing begins.
  private func leaving(_ address: Signal) -> [Verilog.Statement.Branch] {
    func go(_ to: State, when condition: Expression) -> [Verilog.Statement] {
      [.when(condition, [.assign(state.reference, to.literal)])]
    }
    return [
      .init(State.idle.literal, go(.ready, when: start.value)),
      .init(State.ready.literal, go(.done, when: isServed.value & next(.isEnd))),
      .init(State.issue.literal, go(.ready, when: isLastSlot)),
      .init(
        State.done.literal,
        [
          address.cleared,
          .assign(state.reference, State.idle.literal),
        ]
      ),
    ]
  }

  private var slices: Verilog.Section {
    let rows = Signal("rows_address_q", rowsAddress.type)
    let columns = Signal("columns_address_q", columnsAddress.type)
    func counted(_ register: Signal) -> Verilog.Statement {
      register.increased
    }
    return Verilog.Section(
      "slot counts down; the last k slots read a slice each, one word further every time.",
      wires: [slice],
      registers: [slot, rows, columns],
      [
        .assign(
          slice.reference,
          isState(.issue) & slot.value.isAtMost(now(.depth))
        ),
        ClockedPorts.clocked([
          .when(
            begin.value,
            [
              .assign(slot.reference, next(.slots)),
              .assign(rows.reference, next(.rows)),
              .assign(columns.reference, next(.columns)),
            ],
            otherwise: [
              slot.decreased,
              .when(slice.value, [counted(rows), counted(columns)]),
            ]
          )
        ]),
        .assign(rowsAddress.reference, rows.value),
        .assign(columnsAddress.reference, columns.value),
        .assign(push.reference, isState(.issue) & isLastSlot),
      ]
    )
  }

  private var tokens: Verilog.Section {
    let flags: [(Signal, TileField)] =
      [
        (rowsFrom, .rowsFrom), (columnsFrom, .columnsFrom),
        (rowsUnsigned, .rowsUnsigned), (columnsUnsigned, .columnsUnsigned),
      ] + (tail.map { [($0, .tail)] } ?? []) + parts.map { ($0.signal, $0.field) }
    let registers = flags.map { Signal("\($0.1.name)_q", $0.0.type) }
    let (first, last) = (Signal("first_q", .bit), Signal("last_q", .bit))
    return Verilog.Section(
      "One cycle later, with the words: what they are, and the tokens of their slice.",
      registers: registers + [first, last],
      [
        ClockedPorts.clocked(
          zip(registers, flags).map { .assign($0.reference, now($1.1)) }
            + [.assign(first.reference, slice.value & slot.value.equals(now(.depth)))]
        ),
        ClockedPorts.clocked(
          reset: [.assign(last.reference, .bit(false))],
          [.assign(last.reference, slice.value & isLastSlot)]
        ),
        .assign(self.first.reference, first.value),
        .assign(self.last.reference, last.value),
      ] + zip(flags, registers).map { .assign($0.0.reference, $1.value) }
    )
  }
}
