import BigInt

/// Reads the table of commands for whole rows and gives them to their unit, one after the other, each as soon
/// as the tiles that it needs are in memory.
struct RowSequencer {
  let shape: MachineShape

  typealias Signal = Verilog.Signal
  private typealias Expression = Verilog.Expression

  private var command: WordLayout<RowField> { shape.rowCommand }

  // MARK: Ports

  /// Begins with the first command.
  let start = Signal("start_i", .bit)
  /// Goes back to the first command.
  let restart = Signal("restart_i", .bit)
  /// The word of the table at `commandAddress`, one cycle later.
  var commandIn: Signal { Signal("command_i", command.type) }
  /// How many tiles are in memory.
  var tilesDone: Signal { Signal("tiles_done_i", command.type(of: .needsTiles)) }
  /// The last word of a command is written.
  let rowsDone = Signal("rows_done_i", .bit)
  var commandAddress: Signal {
    Signal("command_address_o", .address(of: shape.rowCommandWords.count))
  }
  /// `current` begins in this cycle.
  let begins = Signal("begins_o", .bit)
  var current: Signal { Signal("current_o", command.type) }
  /// How many commands are done.
  var blocksDone: Signal { Signal("blocks_done_o", shape.command.type(of: .needsBlocks)) }

  private enum State: Int {
    case idle, ready, busy
    static let type = Verilog.SignalType.unsigned(2)
    var literal: Verilog.Expression { .literal(rawValue, State.type) }
  }

  private let state = Signal("state_q", State.type)

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    try Verilog.Module(
      "row_sequencer",
      summary: [
        "Runs \(shape.schedule.blocks.count) blocks of whole rows beside the array, each as soon as the tiles that "
          + "it needs are in memory.",
        "A command: \(command.description).",
      ],
      ports: ClockedPorts.all
        + [start, restart, commandIn, tilesDone, rowsDone].map(Verilog.Port.input)
        + [commandAddress, begins, current, blocksDone].map(Verilog.Port.output),
      sections: [law]
    )
  }

  private func next(_ field: RowField) -> Expression {
    command.field(field, of: commandIn.reference)
  }

  private var address: Signal { Signal("command_address_q", commandAddress.type) }
  private var doneCount: Signal { Signal("blocks_done_q", blocksDone.type) }
  private let begin = Signal("is_next", .bit)

  private func go(_ to: State) -> Verilog.Statement { .assign(state.reference, to.literal) }

  private var law: Verilog.Section {
    let word = Signal("current_q", command.type)
    let begun = Signal("begins_q", .bit)
    let restarted = [go(.idle), address.cleared, doneCount.cleared]
    return Verilog.Section(
      "state: 0 idle, 1 ready for a command, 2 waiting for the unit.",
      wires: [begin],
      registers: [state, address, word, begun, doneCount],
      [
        .assign(
          begin.reference,
          state.value.equals(State.ready.literal) & ~next(.isEnd)
            & next(.needsTiles).isAtMost(tilesDone.value)
        ),
        ClockedPorts.clocked(
          reset: restarted + [.assign(begun.reference, .bit(false))],
          [
            .assign(begun.reference, begin.value),
            .when(restart.value, restarted, otherwise: [leaving]),
          ]
        ),
        ClockedPorts.clocked([.when(begin.value, [.assign(word.reference, commandIn.value)])]),
        .assign(commandAddress.reference, address.value),
        .assign(begins.reference, begun.value),
        .assign(current.reference, word.value),
        .assign(blocksDone.reference, doneCount.value),
      ]
    )
  }

  /// Where a state goes, and what it counts.
  private var leaving: Verilog.Statement {
    .select(
      state.value,
      [
        .init(State.idle.literal, [.when(start.value, [go(.ready)])]),
        .init(State.ready.literal, [.when(begin.value, [go(.busy), address.increased])]),
        .init(State.busy.literal, [.when(rowsDone.value, [go(.ready), doneCount.increased])]),
      ],
      otherwise: [go(.idle)]
    )
  }
}
