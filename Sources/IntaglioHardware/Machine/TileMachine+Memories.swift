import BigInt
import IntaglioNumerics

// What is stored where: tables that nothing writes to, and numbers on their way.

extension TileMachine {
  var stepsWord: Signal? { shape.steps.map { Signal("steps_word", $0.table) } }
  var streamsWords: [Signal] {
    shape.streams.indices.map { Signal("streams_\($0)_word", .unsigned(shape.streamBits($0))) }
  }

  func memories() throws(Verilog.ModuleError) -> [Verilog.Section] {
    var sections: [Verilog.Section] = [
      try table("commands", commandWord, commandAddress, depth: shape.commandWords.count),
      try weights(),
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
          depth: max(2, schedule.streams[number].epilogues.count)
        )
      )
    }
    sections += [try codes(), try wide()]
    if rows != nil {
      sections += [
        try table(
          "row_commands",
          rowCommandWord,
          rowCommandAddress,
          depth: shape.rowCommandWords.count
        ),
        try rowCodes(),
      ]
    }
    return sections
  }

  private func weights() throws(Verilog.ModuleError) -> Verilog.Section {
    let depth = max(2, schedule.weights.count / shape.products)
    guard hasLoadableWeights else {
      return try table("weights", weightsWord, weightsAddress, depth: depth)
    }
    return Verilog.Section(
      "Weights, \(depth) words.",
      wires: [weightsWord],
      [
        try instance(
          Memory(
            "weights",
            bits: weightsWord.type.bits,
            depth: depth,
            parts: shape.products
          ),
          "weights",
          read(weightsAddress.value, weightsWord),
          write(.weights, weightsWriteAddress, when: [takesWeights.value], weightsWritten.value)
        )
      ]
    )
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
        try instance(
          memory,
          name,
          read(fitted(address, type), word)
        )
      ]
    )
  }

  /// Reads in every cycle unless `enable` says otherwise.
  private func read(
    _ address: Expression,
    _ word: Signal,
    enable: Expression = .bit(true)
  ) -> Memory.Read {
    Memory.Read(address: address, word: word, enable: enable)
  }

  private func instance(
    _ memory: Memory,
    _ name: String,
    _ read: Memory.Read,
    _ write: Memory.Write? = nil
  ) throws(Verilog.ModuleError) -> Verilog.Item {
    .instance(try memory.instance("\(name)_memory", read, write))
  }

  private func memory(_ memory: TileMemory, bits: Int) -> Memory {
    Memory(memory.label, bits: bits, depth: max(2, schedule.sizes[memory] ?? 0))
  }

  /// Writes `word` at `address` of a memory of operands, of which as many words as an element has products lie side
  /// by side; `conditions` are those of its parts, the lowest first.
  private func write(
    _ memory: TileMemory,
    _ address: Signal,
    when conditions: [Expression],
    _ word: Expression
  ) -> Memory.Write {
    guard let place = places(of: address, memory) else {
      let mask = conditions.count == 1 ? conditions[0] : .concatenation(conditions.reversed())
      return Memory.Write(when: mask, address: address.value, word: word)
    }
    let type = Verilog.SignalType.address(of: shape.products)
    let masks = (0..<shape.products).flatMap { part in
      conditions.map { $0 & place.part.equals(.literal(part, type)) }
    }
    return Memory.Write(
      when: .concatenation(masks.reversed()),
      address: place.address,
      word: .repetition(shape.products, word)
    )
  }

  /// Two copies of a memory of codes, one for each edge of the array; words go out of that of rows.
  private func copies(
    _ kind: TileMemory,
    parts: Int = 1,
    _ write: Memory.Write
  ) throws(Verilog.ModuleError) -> [Verilog.Item] {
    var items: [Verilog.Item] = []
    for edge in Edge.allCases {
      items.append(
        try instance(
          Memory(
            kind.label,
            bits: shape.products * tile * shape.codeBits,
            depth: max(2, (schedule.sizes[kind] ?? 0) / shape.products),
            parts: shape.products * parts
          ),
          "\(kind.label)_\(edge.rawValue)",
          read(
            address(kind, edge).value,
            word(kind, edge),
            enable: edge == .rows ? readsWords.value : .bit(true)
          ),
          write
        )
      )
    }
    return items
  }

  private func codes() throws(Verilog.ModuleError) -> Verilog.Section {
    let loads = inputs.contains { $0.memory == .codes }
    let (writes, address) = (
      Signal("writes_codes", .bit), Signal("codes_write_address", shape.address(.codes))
    )
    let written = Signal("codes_written", .unsigned(tile * shape.codeBits))
    return Verilog.Section(
      "Codes that products leave: one copy for row operands and what goes out, one for column "
        + "operands; both are written.",
      wires: [writes, address, written, word(.codes, .rows), word(.codes, .columns)],
      [
        .assign(writes.reference, loadsCodes.value | drainWritesCodes.value),
        .assign(
          address.reference,
          loadCodesAddress.value.when(loadsCodes.value, otherwise: drainCodesAddress.value)
        ),
        .assign(
          written.reference,
          loads
            ? loadCodesWord.value.when(loadsCodes.value, otherwise: drainCodes.value)
            : drainCodes.value
        ),
      ]
        + (try copies(
          .codes,
          write(.codes, address, when: [writes.value], written.value)
        ))
    )
  }

  private func rowCodes() throws(Verilog.ModuleError) -> Verilog.Section {
    let groups = shape.rowGroups
    let written = groups.isWhole ? rowsWord.value : .repetition(groups.count, rowsWord.value)
    return Verilog.Section(
      "Codes that row-wise units leave, in the same way.",
      wires: [word(.rowCodes, .rows), word(.rowCodes, .columns)],
      try copies(
        .rowCodes,
        parts: groups.count,
        write(
          .rowCodes,
          rowsWriteAddress,
          when: (0..<groups.count).map {
            rowsWrite.reference.slice(Affine($0), bits: 1).value
          },
          written
        )
      )
    )
  }

  private func wide() throws(Verilog.ModuleError) -> Verilog.Section {
    let loads = inputs.contains { $0.memory == .wide }
    let (writes, address) = (
      Signal("writes_wide", .bit), Signal("wide_write_address", shape.address(.wide))
    )
    let written = Signal("wide_written", wideWord.type)
    let kind = memory(.wide, bits: wideWord.type.bits)
    let write = Memory.Write(when: writes.value, address: address.value, word: written.value)
    var items = [
      try instance(
        kind,
        "wide",
        read(wideAddress.value, wideWord, enable: readsWords.value),
        write
      )
    ]
    if rows != nil {
      items.append(
        try instance(
          kind,
          "wide_rows",
          read(rowsReadAddress.value, wideRowsWord),
          write
        )
      )
    }
    return Verilog.Section(
      "Streams and scores: a copy for the older stream and what goes out, one for the row-wise units.",
      wires: [writes, address, written, wideWord] + (rows == nil ? [] : [wideRowsWord]),
      [
        .assign(writes.reference, loadsWide.value | drainWritesWide.value),
        .assign(
          address.reference,
          loadWideAddress.value.when(loadsWide.value, otherwise: drainWideAddress.value)
        ),
        .assign(
          written.reference,
          loads
            ? loadWideWord.value.when(loadsWide.value, otherwise: drainWide.value)
            : drainWide.value
        ),
      ] + items
    )
  }
}
