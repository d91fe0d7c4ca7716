import BigInt
import IntaglioNumerics

// The parts of the machine, and what passes between them.

extension TileMachine {
  private var sequencer: Sequencer { Sequencer(shape: shape) }
  private var rowSequencer: RowSequencer { RowSequencer(shape: shape) }
  private var drain: DrainUnit { DrainUnit(shape: shape) }
  private var array: SystolicArray { SystolicArray(shape.array) }

  var commandAddress: Signal { Signal("command_address", sequencer.commandAddress.type) }
  var commandWord: Signal { Signal("command_word", shape.command.type) }
  /// The command of the array.
  var current: Signal { Signal("current_command", shape.command.type) }
  private var first: Signal { Signal("first", .bit) }
  /// The slice of this cycle is the last one of its tile, and how many of its words it has, less 1.
  var last: Signal { Signal("last", .bit) }
  var tail: Signal? { sequencer.tail.map { Signal("tail", $0.type) } }
  private var push: Signal { Signal("push", .bit) }

  var rowCommandAddress: Signal { Signal("row_command_address", rowSequencer.commandAddress.type) }
  var rowCommandWord: Signal { Signal("row_command_word", shape.rowCommand.type) }
  private var currentRowCommand: Signal { Signal("current_row_command", shape.rowCommand.type) }
  private var rowsStart: Signal { Signal("rows_start", .bit) }
  private var rowsDone: Signal { Signal("rows_done", .bit) }
  var rowsReadAddress: Signal { Signal("rows_read_address", shape.address(.wide)) }
  var wideRowsWord: Signal { Signal("wide_rows_word", .unsigned(tile * shape.wide.bits)) }
  var rowsWrite: Signal { Signal("rows_write", .unsigned(shape.rowGroups.count)) }
  var rowsWriteAddress: Signal { Signal("rows_write_address", shape.address(.rowCodes)) }
  var rowsWord: Signal {
    Signal("rows_word", .unsigned(shape.rowGroups.width * shape.codeBits))
  }

  private var tileDone: Signal { Signal("tile_done", .bit) }
  private var tilesDone: Signal { Signal("tiles_done_q", sequencer.tilesDone.type) }
  private var blocksDone: Signal { Signal("blocks_done", sequencer.blocksDone.type) }
  var parameterAddress: Signal { Signal("parameter_address", drain.parameterAddress.type) }
  var residualAddress: Signal { Signal("residual_address", drain.residualAddress.type) }
  var drainWritesCodes: Signal { Signal("drain_writes_codes", .bit) }
  var drainCodesAddress: Signal { Signal("drain_codes_address", drain.codesAddress.type) }
  var drainCodes: Signal { Signal("drain_codes", drain.codesOut.type) }
  var drainWritesWide: Signal { Signal("drain_writes_wide", .bit) }
  var drainWideAddress: Signal { Signal("drain_wide_address", drain.wideAddress.type) }
  var drainWide: Signal { Signal("drain_wide", drain.wideOut.type) }
  private var sums: Signal { Signal("sums", array.sumsOut.type) }
  var valid: Signal { Signal("valid", array.validOut.type) }

  func parts() throws(Verilog.ModuleError) -> [Verilog.Section] {
    let array = [try sequencing(), try multiplying(), try draining(), counting]
    guard let rows else { return array }
    return array + [try rowSequencing(), try working(rows)]
  }

  /// An instance of `module` whose outputs are wires of one section, but for those of `elsewhere`.
  private func part(
    _ law: String,
    _ name: String,
    _ module: Verilog.Module,
    _ inputs: [String: Expression],
    _ outputs: [(port: Signal, wire: Signal)],
    elsewhere: [Signal] = []
  ) -> Verilog.Section {
    Verilog.Section(
      law,
      wires: outputs.map(\.wire).filter { !elsewhere.contains($0) },
      [
        .part(
          name,
          of: module,
          clock: ClockedPorts.clock,
          reset: ClockedPorts.reset,
          inputs.merging([ClockedPorts.enable.name: .bit(true)]) { $1 },
          outputs
        )
      ]
    )
  }

  private func sequencing() throws(Verilog.ModuleError) -> Verilog.Section {
    let unit = sequencer
    return part(
      "The sequencer of the array.",
      "sequencer",
      try unit.module(),
      [
        unit.start.name: isPhase(1), unit.commandIn.name: commandWord.value,
        unit.tilesDone.name: tilesDone.value,
        unit.blocksDone.name: rows == nil
          ? .literal(0, unit.blocksDone.type) : blocksDone.value,
      ],
      [
        (unit.commandAddress, commandAddress), (unit.rowsAddress, operandAddress(.rows)),
        (unit.columnsAddress, operandAddress(.columns)), (unit.rowsFrom, operandSource(.rows)),
        (unit.columnsFrom, operandSource(.columns)), (unit.rowsUnsigned, isUnsigned(.rows)),
        (unit.columnsUnsigned, isUnsigned(.columns)), (unit.first, first), (unit.last, last),
        (unit.push, push), (unit.current, current), (unit.done, sequencerDone),
      ] + (unit.tail.flatMap { port in tail.map { [(port, $0)] } } ?? [])
        + zip(unit.parts, Edge.allCases).map { ($0.signal, operandPart($1)) },
      elsewhere: [sequencerDone]
    )
  }

  private func multiplying() throws(Verilog.ModuleError) -> Verilog.Section {
    part(
      "The array.",
      "systolic_array",
      try array.module(),
      [
        array.rowsIn.name: operandWord(.rows).value,
        array.columnsIn.name: operandWord(.columns).value,
        array.firstIn.name: first.value, array.lastIn.name: last.value,
      ],
      [(array.sumsOut, sums), (array.validOut, valid)]
    )
  }

  private func draining() throws(Verilog.ModuleError) -> Verilog.Section {
    let unit = drain
    var inputs: [String: Expression] = [
      unit.sumsIn.name: sums.value,
      unit.validIn.name: valid.reference.slice(Affine(tile - 1), bits: 1).value,
      unit.push.name: push.value, unit.commandIn.name: current.value,
      unit.residualIn.name: wideWord.value,
    ]
    if let port = unit.stepIn, let stepsWord { inputs[port.name] = stepsWord.value }
    for (port, word) in zip(unit.streamsIn, streamsWords) { inputs[port.name] = word.value }
    return part(
      "What becomes of the sums.",
      "drain_unit",
      try unit.module(),
      inputs,
      [
        (unit.parameterAddress, parameterAddress), (unit.residualAddress, residualAddress),
        (unit.writeCodes, drainWritesCodes), (unit.codesAddress, drainCodesAddress),
        (unit.codesOut, drainCodes), (unit.writeWide, drainWritesWide),
        (unit.wideAddress, drainWideAddress), (unit.wideOut, drainWide),
        (unit.tileDone, tileDone),
      ]
    )
  }

  private var counting: Verilog.Section {
    Verilog.Section(
      "How many tiles of these inputs are in memory.",
      registers: [tilesDone],
      [
        .clocked(
          ClockedPorts.clock,
          [
            .when(
              ~ClockedPorts.reset.value | isPhase(0),
              [tilesDone.cleared],
              otherwise: [.when(tileDone.value, [tilesDone.increased])]
            )
          ]
        )
      ]
    )
  }

  private func rowSequencing() throws(Verilog.ModuleError) -> Verilog.Section {
    let unit = rowSequencer
    return part(
      "The sequencer of work on whole rows.",
      "row_sequencer",
      try unit.module(),
      [
        unit.start.name: isPhase(1), unit.restart.name: isPhase(0),
        unit.commandIn.name: rowCommandWord.value, unit.tilesDone.name: tilesDone.value,
        unit.rowsDone.name: rowsDone.value,
      ],
      [
        (unit.commandAddress, rowCommandAddress), (unit.begins, rowsStart),
        (unit.current, currentRowCommand), (unit.blocksDone, blocksDone),
      ]
    )
  }

  private func working(_ unit: RowUnit) throws(Verilog.ModuleError) -> Verilog.Section {
    part(
      "Work on whole rows.",
      "row_unit",
      try unit.module(),
      [
        unit.start.name: rowsStart.value, unit.commandIn.name: currentRowCommand.value,
        unit.wordIn.name: wideRowsWord.value,
      ],
      [
        (unit.readAddress, rowsReadAddress), (unit.writes, rowsWrite),
        (unit.writeAddress, rowsWriteAddress), (unit.wordOut, rowsWord), (unit.done, rowsDone),
      ]
    )
  }
}
