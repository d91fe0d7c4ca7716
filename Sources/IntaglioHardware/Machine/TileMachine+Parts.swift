import BigInt
import IntaglioNumerics

// The parts of the machine, and what is between them.

extension TileMachine {
  private var sequencer: Sequencer { Sequencer(shape: shape) }
  private var drain: DrainUnit { DrainUnit(shape: shape) }
  private var array: SystolicArray { SystolicArray(shape.array) }
  private var weightsMemory: Memory {
    Memory(
      "weights",
      bits: tile * shape.weights.bits,
      depth: max(2, schedule.weights.count),
      file: "weights.hex"
    )
  }

  private func signal(_ name: String, like port: Signal) -> Signal { Signal(name, port.type) }

  private var rowsDone: Signal { Signal("rows_done", .bit) }
  private var rowsRead: Signal { Signal("rows_read", .bit) }
  private var rowsReadAddress: Signal { Signal("rows_read_address", shape.address(.wide)) }
  private var rowsWrite: Signal { Signal("rows_write", .bit) }
  private var rowsWriteAddress: Signal { Signal("rows_write_address", shape.address(.codes)) }
  private var rowsWord: Signal { Signal("rows_word", .unsigned(tile * shape.codeBits)) }

  // What passes between the parts.
  private var rowsAddress: Signal { signal("rows_address", like: sequencer.rowsAddress) }
  private var columnsAddress: Signal { signal("columns_address", like: sequencer.columnsAddress) }
  private var rowsFromCodes: Signal { Signal("rows_from_codes", .bit) }
  private var columnsFromCodes: Signal { Signal("columns_from_codes", .bit) }
  var rowsUnsigned: Signal { Signal("rows_unsigned", .bit) }
  var columnsUnsigned: Signal { Signal("columns_unsigned", .bit) }
  private var first: Signal { Signal("first", .bit) }
  private var last: Signal { Signal("last", .bit) }
  private var push: Signal { Signal("push", .bit) }
  private var current: Signal { signal("current_job", like: sequencer.current) }
  private var rowsStart: Signal { Signal("rows_start", .bit) }
  private var idle: Signal { Signal("drain_idle", .bit) }
  private var jobAddress: Signal { signal("job_address", like: sequencer.jobAddress) }
  private var jobWord: Signal { Signal("job_word", shape.job.type) }
  private var parameterAddress: Signal { signal("parameter_address", like: drain.parameterAddress) }
  private var residualAddress: Signal { signal("residual_address", like: drain.residualAddress) }
  private var drainWritesCodes: Signal { Signal("drain_writes_codes", .bit) }
  private var drainCodesAddress: Signal { signal("drain_codes_address", like: drain.codesAddress) }
  private var drainCodes: Signal { signal("drain_codes", like: drain.codesOut) }
  private var drainWritesWide: Signal { Signal("drain_writes_wide", .bit) }
  private var drainWideAddress: Signal { signal("drain_wide_address", like: drain.wideAddress) }
  private var drainWide: Signal { signal("drain_wide", like: drain.wideOut) }
  private var rowOperands: Signal { signal("row_operands", like: array.rowsIn) }
  private var columnOperands: Signal { signal("column_operands", like: array.columnsIn) }
  private var sums: Signal { signal("sums", like: array.sumsOut) }
  var valid: Signal { signal("valid", like: array.validOut) }
  private var weightsAddress: Signal { Signal("weights_address", shape.address(.weights)) }
  private var codesRowsAddress: Signal { Signal("codes_rows_address", shape.address(.codes)) }
  private var codesColumnsAddress: Signal { Signal("codes_columns_address", shape.address(.codes)) }
  private var wideAddress: Signal { Signal("wide_address", shape.address(.wide)) }
  private var wideEnable: Signal { Signal("reads_words", .bit) }
  private var weightsWord: Signal { Signal("weights_word", .unsigned(tile * shape.weights.bits)) }
  private var codesColumnWord: Signal {
    Signal("codes_columns_word", .unsigned(tile * shape.codeBits))
  }
  private var stepsWord: Signal? { shape.steps.map { Signal("steps_word", $0.table) } }
  private var streamsWords: [Signal] {
    shape.streams.indices.map { Signal("streams_\($0)_word", .unsigned(shape.streamBits($0))) }
  }

  private var always: [String: Expression] {
    [
      ClockedPorts.clock.name: ClockedPorts.clock.value,
      ClockedPorts.reset.name: ClockedPorts.reset.value,
      ClockedPorts.enable.name: .bit(true),
    ]
  }

  private func fitted(_ address: Signal, _ type: Verilog.SignalType) -> Expression {
    address.type.bits < type.bits
      ? address.reference.extended(to: type) : address.reference.slice(0, bits: type.bits).value
  }

  var addresses: Verilog.Section {
    let isStoring = isPhase(2)
    return Verilog.Section(
      "Which address each memory reads: operands, the older stream, or what goes out. One operand "
        + "at most comes from the weights; which, is known with the address.",
      wires: [
        weightsAddress, codesRowsAddress, codesColumnsAddress, wideAddress, wideEnable,
      ],
      [
        .assign(
          weightsAddress.reference,
          fitted(columnsAddress, weightsAddress.type)
            .when(
              shape.job.field("rows_from_codes", of: current.reference),
              otherwise: fitted(rowsAddress, weightsAddress.type)
            )
        ),
        .assign(
          codesRowsAddress.reference,
          storeCodesAddress.value
            .when(isStoring, otherwise: fitted(rowsAddress, codesRowsAddress.type))
        ),
        .assign(codesColumnsAddress.reference, fitted(columnsAddress, codesColumnsAddress.type)),
        .assign(
          wideAddress.reference,
          storeWideAddress.value.when(
            isStoring,
            otherwise: rows == nil
              ? residualAddress.value
              : rowsReadAddress.value.when(rowsRead.value, otherwise: residualAddress.value)
          )
        ),
        .assign(wideEnable.reference, ~isStoring | advances.value),
      ]
    )
  }

  // MARK: Memories

  func memories() throws(Verilog.ModuleError) -> [Verilog.Section] {
    var sections: [Verilog.Section] = [
      try table("jobs", jobWord, jobAddress, depth: shape.jobWords.count),
      try table("weights", weightsWord, weightsAddress, depth: max(2, schedule.weights.count)),
    ]
    if let stepsWord {
      sections.append(
        try table("steps", stepsWord, parameterAddress, depth: max(2, schedule.steps.count))
      )
    }
    for (number, word) in streamsWords.enumerated() {
      sections.append(
        try table(
          "streams_\(number)",
          word,
          parameterAddress,
          depth: max(2, schedule.streams[number].finishes.count)
        )
      )
    }
    sections.append(try codes())
    sections.append(try wide())
    return sections
  }

  /// A memory that nothing writes to.
  private func table(
    _ name: String,
    _ word: Signal,
    _ address: Signal,
    depth: Int
  ) throws(Verilog.ModuleError) -> Verilog.Section {
    let memory = Memory(name, bits: word.type.bits, depth: depth, file: "\(name).hex")
    let type = Verilog.SignalType.address(of: depth)
    return Verilog.Section(
      "\(name).hex, \(depth) words.",
      wires: [word],
      [
        .instance(
          Verilog.Instance(
            "\(name)_memory",
            of: try memory.module(),
            inputs: [
              ClockedPorts.clock.name: ClockedPorts.clock.value,
              ClockedPorts.enable.name: .bit(true),
              "address_i": fitted(address, type),
              "write_i": .bit(false),
              "write_address_i": .literal(0, type),
              "write_word_i": .literal(0, word.type),
            ],
            outputs: ["word_o": word.reference]
          )
        )
      ]
    )
  }

  private var writesCodes: Signal { Signal("writes_codes", .bit) }
  private var codesWriteAddress: Signal { Signal("codes_write_address", shape.address(.codes)) }
  private var codesWritten: Signal { Signal("codes_written", codesRowWord.type) }

  private func codes() throws(Verilog.ModuleError) -> Verilog.Section {
    let depth = max(2, schedule.sizes[.codes] ?? 0)
    let loads = inputs.contains { $0.memory == .codes }
    let made =
      rows == nil
      ? drainCodes.value : rowsWord.value.when(rowsWrite.value, otherwise: drainCodes.value)
    func instance(
      _ name: String,
      _ address: Signal,
      _ enable: Expression,
      _ word: Signal
    ) throws(Verilog.ModuleError) -> Verilog.Item {
      .instance(
        Verilog.Instance(
          "\(name)_memory",
          of: try Memory("codes", bits: word.type.bits, depth: depth).module(),
          inputs: [
            ClockedPorts.clock.name: ClockedPorts.clock.value,
            ClockedPorts.enable.name: enable,
            "address_i": address.value,
            "write_i": writesCodes.value,
            "write_address_i": codesWriteAddress.value,
            "write_word_i": codesWritten.value,
          ],
          outputs: ["word_o": word.reference]
        )
      )
    }
    return Verilog.Section(
      "Codes: one copy for row operands and what goes out, one for column operands; both are written.",
      wires: [writesCodes, codesWriteAddress, codesWritten, codesRowWord, codesColumnWord],
      [
        .assign(
          writesCodes.reference,
          rows == nil
            ? loadsCodes.value | drainWritesCodes.value
            : loadsCodes.value | drainWritesCodes.value | rowsWrite.value
        ),
        .assign(
          codesWriteAddress.reference,
          loadCodesAddress.value.when(
            loadsCodes.value,
            otherwise: rows == nil
              ? drainCodesAddress.value
              : rowsWriteAddress.value.when(rowsWrite.value, otherwise: drainCodesAddress.value)
          )
        ),
        .assign(
          codesWritten.reference,
          loads ? loadCodesWord.value.when(loadsCodes.value, otherwise: made) : made
        ),
        try instance("codes_rows", codesRowsAddress, wideEnable.value, codesRowWord),
        try instance("codes_columns", codesColumnsAddress, .bit(true), codesColumnWord),
      ]
    )
  }

  private var writesWide: Signal { Signal("writes_wide", .bit) }
  private var wideWriteAddress: Signal { Signal("wide_write_address", shape.address(.wide)) }
  private var wideWritten: Signal { Signal("wide_written", wideWord.type) }

  private func wide() throws(Verilog.ModuleError) -> Verilog.Section {
    let depth = max(2, schedule.sizes[.wide] ?? 0)
    let loads = inputs.contains { $0.memory == .wide }
    return Verilog.Section(
      "Streams and scores.",
      wires: [writesWide, wideWriteAddress, wideWritten, wideWord],
      [
        .assign(writesWide.reference, loadsWide.value | drainWritesWide.value),
        .assign(
          wideWriteAddress.reference,
          loadWideAddress.value.when(loadsWide.value, otherwise: drainWideAddress.value)
        ),
        .assign(
          wideWritten.reference,
          loads
            ? loadWideWord.value.when(loadsWide.value, otherwise: drainWide.value)
            : drainWide.value
        ),
        .instance(
          Verilog.Instance(
            "wide_memory",
            of: try Memory("wide", bits: wideWord.type.bits, depth: depth).module(),
            inputs: [
              ClockedPorts.clock.name: ClockedPorts.clock.value,
              ClockedPorts.enable.name: wideEnable.value,
              "address_i": wideAddress.value,
              "write_i": writesWide.value,
              "write_address_i": wideWriteAddress.value,
              "write_word_i": wideWritten.value,
            ],
            outputs: ["word_o": wideWord.reference]
          )
        ),
      ]
    )
  }

  // MARK: Operands

  /// Lane by lane as operands of `bits` bits: codes with or without a sign, weights with one.
  private func widened(
    _ word: Signal,
    _ from: Int,
    to bits: Int,
    unsigned: Expression?,
    signed: Bool = true
  ) -> Expression {
    .concatenation(
      (0..<tile).reversed().map { lane in
        let number = word.reference.slice(Affine(lane * from), bits: min(from, bits)).value
        guard bits > from else { return number }
        let top = word.reference.slice(Affine((lane + 1) * from - 1), bits: 1).value
        let filler: Expression
        if !signed {
          filler = .literal(0, .unsigned(bits - from))
        } else {
          filler = .repetition(bits - from, unsigned.map { top & ~$0 } ?? top)
        }
        return .concatenation([filler, number])
      }
    )
  }

  var operands: Verilog.Section {
    let (row, column) = (shape.array.rowOperand.bits, shape.array.columnOperand.bits)
    let (codes, weights) = (shape.codeBits, shape.weights.bits)
    return Verilog.Section(
      "Operands in the width of the array's edges.",
      wires: [rowOperands, columnOperands],
      [
        .assign(
          rowOperands.reference,
          widened(codesRowWord, codes, to: row, unsigned: rowsUnsigned.value)
            .when(
              rowsFromCodes.value,
              otherwise: widened(weightsWord, weights, to: row, unsigned: nil)
            )
        ),
        .assign(
          columnOperands.reference,
          widened(codesColumnWord, codes, to: column, unsigned: columnsUnsigned.value)
            .when(
              columnsFromCodes.value,
              otherwise: widened(weightsWord, weights, to: column, unsigned: nil)
            )
        ),
      ]
    )
  }

  // MARK: Units

  func parts() throws(Verilog.ModuleError) -> [Verilog.Section] {
    [try sequencing(), try multiplying(), try draining()]
      + (try rows.map(working).map { [$0] } ?? [])
  }

  private func sequencing() throws(Verilog.ModuleError) -> Verilog.Section {
    let part = sequencer
    let outputs: [(Signal, Signal)] =
      [
        (part.jobAddress, jobAddress), (part.rowsAddress, rowsAddress),
        (part.columnsAddress, columnsAddress), (part.rowsFromCodes, rowsFromCodes),
        (part.columnsFromCodes, columnsFromCodes), (part.rowsUnsigned, rowsUnsigned),
        (part.columnsUnsigned, columnsUnsigned), (part.first, first), (part.last, last),
        (part.push, push), (part.current, current), (part.done, sequencerDone),
      ] + (rows == nil ? [] : [(part.rowsStart, rowsStart)])
    return Verilog.Section(
      "The sequencer.",
      wires: outputs.map(\.1).filter { $0 != sequencerDone },
      [
        .instance(
          Verilog.Instance(
            "sequencer",
            of: try part.module(),
            inputs: always.merging(
              [
                part.start.name: isPhase(1), part.jobIn.name: jobWord.value,
                part.idle.name: idle.value,
                part.rowsDone.name: rows == nil ? .bit(false) : rowsDone.value,
              ],
              uniquingKeysWith: { first, _ in first }
            ),
            outputs: Dictionary(
              uniqueKeysWithValues: outputs.map { ($0.0.name, $0.1.reference) }
            )
          )
        )
      ]
    )
  }

  private func multiplying() throws(Verilog.ModuleError) -> Verilog.Section {
    Verilog.Section(
      "The array.",
      wires: [sums, valid],
      [
        .instance(
          Verilog.Instance(
            "systolic_array",
            of: try array.module(),
            inputs: always.merging(
              [
                array.rowsIn.name: rowOperands.value, array.columnsIn.name: columnOperands.value,
                array.firstIn.name: first.value, array.lastIn.name: last.value,
              ],
              uniquingKeysWith: { first, _ in first }
            ),
            outputs: [array.sumsOut.name: sums.reference, array.validOut.name: valid.reference]
          )
        )
      ]
    )
  }

  private func working(_ part: RowUnit) throws(Verilog.ModuleError) -> Verilog.Section {
    let outputs: [(Signal, Signal)] = [
      (part.reads, rowsRead), (part.readAddress, rowsReadAddress), (part.writes, rowsWrite),
      (part.writeAddress, rowsWriteAddress), (part.wordOut, rowsWord), (part.done, rowsDone),
    ]
    return Verilog.Section(
      "Work on whole rows.",
      wires: outputs.map(\.1),
      [
        .instance(
          Verilog.Instance(
            "row_unit",
            of: try part.module(),
            inputs: always.merging(
              [
                part.start.name: rowsStart.value, part.jobIn.name: current.value,
                part.wordIn.name: wideWord.value,
              ],
              uniquingKeysWith: { first, _ in first }
            ),
            outputs: Dictionary(
              uniqueKeysWithValues: outputs.map { ($0.0.name, $0.1.reference) }
            )
          )
        )
      ]
    )
  }

  private func draining() throws(Verilog.ModuleError) -> Verilog.Section {
    let part = drain
    let outputs: [(Signal, Signal)] = [
      (part.parameterAddress, parameterAddress), (part.residualAddress, residualAddress),
      (part.writeCodes, drainWritesCodes), (part.codesAddress, drainCodesAddress),
      (part.codesOut, drainCodes), (part.writeWide, drainWritesWide),
      (part.wideAddress, drainWideAddress), (part.wideOut, drainWide), (part.idle, idle),
    ]
    var inputs: [String: Expression] = [
      part.sumsIn.name: sums.value,
      part.validIn.name: valid.reference.slice(Affine(tile - 1), bits: 1).value,
      part.push.name: push.value, part.jobIn.name: current.value,
      part.residualIn.name: wideWord.value,
    ]
    if let port = part.stepIn, let stepsWord { inputs[port.name] = stepsWord.value }
    for (port, word) in zip(part.streamsIn, streamsWords) { inputs[port.name] = word.value }
    return Verilog.Section(
      "What becomes of the sums.",
      wires: outputs.map(\.1),
      [
        .instance(
          Verilog.Instance(
            "drain_unit",
            of: try part.module(),
            inputs: always.merging(inputs, uniquingKeysWith: { first, _ in first }),
            outputs: Dictionary(
              uniqueKeysWithValues: outputs.map { ($0.0.name, $0.1.reference) }
            )
          )
        )
      ]
    )
  }
}
