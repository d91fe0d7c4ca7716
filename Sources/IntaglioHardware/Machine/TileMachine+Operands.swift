import BigInt
import IntaglioNumerics

// What the array is fed with, and where it stands.

extension TileMachine {
  /// The edge of the array that an operand goes to.
  enum Edge: String, CaseIterable {
    case rows, columns

    /// Where a command says what it reads there.
    var field: TileField {
      switch self {
      case .rows: .rows
      case .columns: .columns
      }
    }
  }

  /// The memories of codes that operands come from.
  var operandMemories: [TileMemory] { rows == nil ? [.codes] : [.codes, .rowCodes] }

  /// `rows`: the address that the sequencer gives for an edge, and what comes a cycle later.
  func operandAddress(_ edge: Edge) -> Signal {
    Signal("\(edge.rawValue)_address", shape.command.type(of: edge.field))
  }
  func operandSource(_ edge: Edge) -> Signal {
    Signal("\(edge.rawValue)_from", MachineShape.sources)
  }
  /// Which bits of the words the elements take, among `TileSchedule.parts`.
  func operandPart(_ edge: Edge) -> Signal {
    Signal("\(edge.rawValue)_part", .address(of: schedule.parts.count))
  }
  func isUnsigned(_ edge: Edge) -> Signal { Signal("\(edge.rawValue)_unsigned", .bit) }
  func operandWord(_ edge: Edge) -> Signal {
    let array = SystolicArray(shape.array)
    return Signal(
      "\(edge.rawValue)_operands",
      edge == .rows ? array.rowsIn.type : array.columnsIn.type
    )
  }

  /// The address in a copy of a memory of codes, and the word there, a cycle later.
  func address(_ memory: TileMemory, _ edge: Edge) -> Signal {
    Signal("\(memory.label)_\(edge.rawValue)_address", readAddress(memory))
  }
  func word(_ memory: TileMemory, _ edge: Edge) -> Signal {
    Signal(
      "\(memory.label)_\(edge.rawValue)_word",
      .unsigned(shape.products * tile * shape.codeBits)
    )
  }

  var weightsAddress: Signal { Signal("weights_address", readAddress(.weights)) }
  var weightsWord: Signal {
    Signal("weights_word", .unsigned(shape.products * tile * shape.weights.bits))
  }

  /// The address of as many words as an element has products, which are read at once.
  func readAddress(_ memory: TileMemory) -> Verilog.SignalType {
    .address(of: max(2, (schedule.sizes[memory] ?? 0) / shape.products))
  }

  /// That of a word, and which of them it is.
  func places(of word: Signal, _ memory: TileMemory) -> (address: Expression, part: Expression)? {
    guard shape.products > 1 else { return nil }
    let bits = shape.products.trailingZeroBitCount
    let type = readAddress(memory)
    let above = word.type.bits - bits
    let address: Expression =
      above > 0
      ? word.reference.slice(Affine(bits), bits: min(above, type.bits)).value
      : .literal(0, type)
    return (
      above > 0 && above < type.bits ? address.extended(to: type) : address,
      word.reference.slice(0, bits: bits).value
    )
  }
  /// Of the memory of streams and scores: for the drain and what goes out.
  var wideAddress: Signal { Signal("wide_address", shape.address(.wide)) }
  /// Whether memories that words go out of read.
  var readsWords: Signal { Signal("reads_words", .bit) }

  /// An address in the bits that a memory has.
  func fitted(_ address: Signal, _ type: Verilog.SignalType) -> Expression {
    address.type.bits < type.bits
      ? address.reference.extended(to: type) : address.reference.slice(0, bits: type.bits).value
  }

  var addresses: Verilog.Section {
    let isStoring = isPhase(2)
    let copies = operandMemories.flatMap { memory in Edge.allCases.map { (memory, $0) } }
    let fromWeights = Expression.literal(MachineShape.source(.weights), MachineShape.sources)
    return Verilog.Section(
      "Which address each memory reads: operands, the older stream, or what goes out. One operand "
        + "at most comes from the weights; which, is known with the address.",
      wires: [weightsAddress, wideAddress, readsWords] + copies.map { address($0, $1) },
      [
        .assign(
          weightsAddress.reference,
          fitted(operandAddress(.rows), weightsAddress.type)
            .when(
              shape.command.field(.rowsFrom, of: current.reference).equals(fromWeights),
              otherwise: fitted(operandAddress(.columns), weightsAddress.type)
            )
        ),
        .assign(
          wideAddress.reference,
          storeWideAddress.value.when(isStoring, otherwise: residualAddress.value)
        ),
        .assign(readsWords.reference, ~isStoring | advances.value),
      ]
        + copies.map { memory, edge in
          let target = address(memory, edge)
          let operand = fitted(operandAddress(edge), target.type)
          let stored =
            edge == .columns ? nil : memory == .codes ? storeCodesAddress : storedRowCodesAddress
          return .assign(
            target.reference,
            stored.map {
              (places(of: $0, memory)?.address ?? $0.value).when(isStoring, otherwise: operand)
            } ?? operand
          )
        }
    )
  }

  /// Lane by lane as operands of `bits` bits: codes with or without a sign, weights with one; a digit below the highest
  /// has none.
  private func widened(
    _ word: Signal,
    _ from: Int,
    _ part: OperandPart = .whole,
    to bits: Int,
    unsigned: Expression?
  ) -> Expression {
    let taken = min(part.bits ?? bits, from - part.firstBit, bits)
    // Numbers of one lane side by side, whatever word they come from.
    let places = (0..<tile).flatMap { lane in
      (0..<shape.products).map { $0 * tile + lane }
    }
    return .concatenation(
      places.reversed().map { place in
        let number = word.reference.slice(Affine(place * from + part.firstBit), bits: taken).value
        guard bits > taken else { return number }
        guard part.bits == nil else {
          return .concatenation([.literal(0, .unsigned(bits - taken)), number])
        }
        let top = word.reference.slice(Affine((place + 1) * from - 1), bits: 1).value
        let sign = unsigned.map { top & ~$0 } ?? top
        return .concatenation([.repetition(bits - taken, sign), number])
      }
    )
  }

  /// What elements take of a word of codes: all of it, or the bits that the command says.
  private func codes(
    _ word: Signal,
    _ edge: Edge,
    to bits: Int,
    unsigned: Expression
  ) -> Expression {
    schedule.parts.enumerated().dropFirst().reduce(
      widened(word, shape.codeBits, to: bits, unsigned: unsigned)
    ) { value, part in
      widened(word, shape.codeBits, part.element, to: bits, unsigned: unsigned)
        .when(operandPart(edge).equals(part.offset), otherwise: value)
    }
  }

  var operands: Verilog.Section {
    func operand(_ edge: Edge, _ bits: Int) -> Expression {
      let isUnsigned = isUnsigned(edge).value
      return operandMemories.reduce(
        widened(weightsWord, shape.weights.bits, to: bits, unsigned: nil)
      ) { value, memory in
        let source = Expression.literal(MachineShape.source(memory), MachineShape.sources)
        return codes(word(memory, edge), edge, to: bits, unsigned: isUnsigned)
          .when(operandSource(edge).value.equals(source), otherwise: value)
      }
    }
    let (row, column) = (shape.array.rowOperand.bits, shape.array.columnOperand.bits)
    guard let tail else {
      return Verilog.Section(
        "Operands in the width of the array's edges.",
        wires: [operandWord(.rows), operandWord(.columns)],
        [
          .assign(operandWord(.rows).reference, operand(.rows, row)),
          .assign(operandWord(.columns).reference, operand(.columns, column)),
        ]
      )
    }
    let keeps = Signal("keeps", .unsigned(shape.products))
    func read(_ edge: Edge) -> Signal {
      Signal("\(edge.rawValue)_read", operandWord(edge).type)
    }
    func kept(_ edge: Edge, _ bits: Int) -> Expression {
      .concatenation(
        (0..<tile * shape.products).reversed().map { place in
          let part = Affine(place % shape.products)
          return read(edge).reference.slice(Affine(place * bits), bits: bits).value
            & .repetition(bits, keeps.reference.slice(part, bits: 1).value)
        }
      )
    }
    return Verilog.Section(
      "Operands in the width of the array's edges; the last slice of a tile may have fewer words, and 0 in "
        + "place of others.",
      wires: [operandWord(.rows), operandWord(.columns), read(.rows), read(.columns), keeps],
      [
        .assign(
          keeps.reference,
          .concatenation(
            (0..<shape.products).reversed().map { part in
              part == 0
                ? .bit(true)
                : ~last.value | Expression.literal(part, tail.type).isAtMost(tail.value)
            }
          )
        ),
        .assign(read(.rows).reference, operand(.rows, row)),
        .assign(read(.columns).reference, operand(.columns, column)),
        .assign(operandWord(.rows).reference, kept(.rows, row)),
        .assign(operandWord(.columns).reference, kept(.columns, column)),
      ]
    )
  }
}

extension TileMemory {
  /// In names of signals.
  var label: String {
    switch self {
    case .weights: "weights"
    case .codes: "codes"
    case .rowCodes: "row_codes"
    case .wide: "wide"
    }
  }
}
