import IntaglioNumerics

// Fewer units than columns: rows of sums wait in a queue, and the units take them group by group of lanes.

extension DrainUnit {
  /// The lanes in groups of those that have units.
  var groups: LaneGroups { shape.drainGroups }

  /// What waits with a row of sums.
  enum QueueField: String, WordField {
    case sums, epilogue
    case toWide = "to_wide"
    case result, residual, parameter
    case zeroPoint = "zero_point"
    case isLast = "is_last"
  }

  private var entry: WordLayout<QueueField> {
    WordLayout(
      [
        (.sums, wholeSums.type), (.epilogue, epilogue.type), (.toWide, .bit),
        (.result, address.type), (.residual, command.type(of: .residual)),
        (.parameter, command.type(of: .parameter)),
      ] + (shape.hasZeroPoints ? [(.zeroPoint, zeroPoint.type)] : []) + [(.isLast, .bit)]
    )
  }

  /// Rows that wait at most, as a power of two, so that positions wrap round.
  ///
  /// A tile comes no sooner than the rows of the one before are through (`MachineShape.slots`), but for those that
  /// it has more than that one: fewer than a tile has rows wait when the next come, which are no more than that.
  private var queueDepth: Int { 1 << Verilog.SignalType.address(of: 2 * tile).bits }

  private var position: Verilog.SignalType { .address(of: queueDepth) }
  private var rowTail: Signal { Signal("row_tail_q", position) }
  private var rowHead: Signal { Signal("row_head_q", position) }
  private var index: Signal { Signal("index_q", groups.number) }
  private var entering: Signal { Signal("entering", entry.type) }
  /// The row that the units take next, or have begun.
  private var waiting: Signal { Signal("waiting_row", entry.type) }
  private var takes: Signal { Signal("takes", .bit) }
  private var reads: Signal { Signal("reads_q", .bit) }
  private var indexRead: Signal { Signal("index_read_q", groups.number) }
  /// The group that is with the units.
  var group: Signal { Signal("group_q", groups.number) }

  /// What goes to the units one cycle later.
  func taken(_ field: QueueField) -> Expression {
    groups.isWhole ? arriving(field) : entry.field(field, of: waiting.reference)
  }

  /// Whether that is a row, and the last one of its tile.
  var takenFlags: (isLive: Expression, isFinal: Expression) {
    guard !groups.isWhole else { return (isThere.value, isLast.value) }
    return (reads.value, reads.value & taken(.isLast))
  }

  var rowQueue: [Verilog.Section] {
    get throws(Verilog.ModuleError) {
      guard !groups.isWhole else { return [] }
      let end = Expression.literal(groups.count - 1, index.type)
      let isEnd = index.value.equals(end)
      let memory = Memory("drain_rows", bits: entry.bits, depth: queueDepth)
      return [
        Verilog.Section(
          "Rows wait: \(entry.description). One is taken for \(groups.count) cycles, a group of "
            + "\(groups.width) lanes in each.",
          wires: [takes, entering, waiting],
          registers: [rowTail, rowHead, index, reads, indexRead, group],
          [
            .assign(entering.reference, .concatenation(entry.fields.reversed().map(unsigned))),
            .assign(
              takes.reference,
              index.value.differs(from: .literal(0, index.type))
                | rowTail.value.differs(from: rowHead.value)
            ),
            .instance(
              try memory.instance(
                "drain_rows_memory",
                Memory.Read(address: rowHead.value, word: waiting),
                Memory.Write(when: isThere.value, address: rowTail.value, word: entering.value)
              )
            ),
            ClockedPorts.clocked(
              reset: [rowTail.cleared, rowHead.cleared, index.cleared, reads.cleared],
              [
                .when(isThere.value, [rowTail.increased]),
                .when(
                  takes.value,
                  [.when(isEnd, [index.cleared, rowHead.increased], otherwise: [index.increased])]
                ),
                .assign(reads.reference, takes.value),
              ]
            ),
            ClockedPorts.clocked([
              .assign(indexRead.reference, index.value), .assign(group.reference, indexRead.value),
            ]),
          ]
        )
      ]
    }
  }

  private func unsigned(_ field: WordLayout<QueueField>.Field) -> Expression {
    let value = arriving(field.name)
    return field.type.isSigned ? value.asUnsigned : value
  }

  // MARK: What a group of lanes takes and gives

  /// Sums, and words beside them, of the lanes that have the units.
  var laneSums: Signal {
    groups.isWhole ? sums : Signal("lane_sums", .unsigned(groups.width * sum.bits))
  }
  var laneResidual: Signal {
    groups.isWhole
      ? residualIn : Signal("lane_residual", .unsigned(groups.width * wide.bits))
  }
  /// The parameters of stream unit `number`, for all lanes or lane by lane.
  func laneParameters(_ number: Int) -> Signal {
    let bits = shape.streams[number].parameters.bits
    guard !groups.isWhole, shape.streamBits(number) > bits else { return streamsIn[number] }
    return Signal("lane_stream_\(number)", .unsigned(groups.width * bits))
  }

  var selecting: [Verilog.Section] {
    guard !groups.isWhole else { return [] }
    var wires = [laneSums]
    var items = [Verilog.Item.assign(laneSums.reference, select(sums, sum.bits))]
    if shape.streams.contains(where: \.hasResidual) {
      wires.append(laneResidual)
      items.append(.assign(laneResidual.reference, select(residualIn, wide.bits)))
    }
    for (number, word) in streamsIn.enumerated() where laneParameters(number) != word {
      wires.append(laneParameters(number))
      items.append(
        .assign(
          laneParameters(number).reference,
          select(word, shape.streams[number].parameters.bits)
        )
      )
    }
    return [Verilog.Section("The lanes of the group.", wires: wires, items)]
  }

  private func select(_ word: Signal, _ bits: Int) -> Expression {
    groups.selected(word.reference, bits, group)
  }

  /// A word whose last group of lanes is `part`.
  func whole(_ part: Signal) -> Expression { .concatenation([part.value, before(part).value]) }

  /// What earlier groups gave of it.
  func before(_ part: Signal) -> Signal {
    Signal("\(part.name)_before_q", .unsigned((groups.count - 1) * part.type.bits))
  }

  /// Keeps `part` for the groups behind it.
  func keeping(_ part: Signal) -> Verilog.Statement {
    let before = before(part)
    let rest = before.type.bits - part.type.bits
    let value: Expression =
      rest > 0
      ? .concatenation([
        part.value, before.reference.slice(Affine(part.type.bits), bits: rest).value,
      ]) : part.value
    return .assign(before.reference, value)
  }
}
