import BigInt
import IntaglioNumerics

/// Takes the sums that leave the array, makes them numbers of the result, and writes them.
///
/// Columns leave one cycle apart; they are brought side by side again, so that a row of sums is a
/// word of the result: lane n holds column n. Rows come from the lowest up. Parameters and the older
/// stream are read while a word waits one cycle; every epilogue takes the same time. Where fewer lanes than
/// columns have units, rows wait in a queue and take them group by group (`DrainUnit+Groups`).
struct DrainUnit {
  let shape: MachineShape

  typealias Signal = Verilog.Signal
  typealias Expression = Verilog.Expression
  typealias Affine = Verilog.Affine

  /// Cycles from the parameters to the result.
  var latency: Int {
    let lookups = shape.schedule.lookups.map { shape.streams[$0.unit].latency + LookupUnit.latency }
    let searches = shape.search.map { [$0.latency] } ?? []
    return (shape.streams.map(\.latency) + lookups + searches).reduce(
      ThresholdRequantizer.latency,
      max
    )
  }
  /// How many tiles can be between the array's edge and here, as a power of two, so that positions wrap round.
  ///
  /// A command comes with the last slice of its tile and goes with the tile's last sum. Tiles are `slots`
  /// cycles apart, at least as many as for a single slice: no more than four wait (`ArrayTiming.waiting`).
  private var capacity: Int {
    let count = ArrayTiming(shape.array).waiting(interval: shape.slots(1, after: 0))
    return 1 << Verilog.SignalType.address(of: max(2, count)).bits
  }

  var command: WordLayout<TileField> { shape.command }
  var tile: Int { shape.tile }
  /// Of sums of products, and of what leaves the array: the same, or a digit's share.
  var sum: Verilog.SignalType { .init(shape.sums) }
  var share: Verilog.SignalType { .init(shape.array.accumulator) }
  var wide: Verilog.SignalType { .init(shape.wide) }

  // MARK: Ports

  var sumsIn: Signal { Signal("sum_i", .unsigned(tile * share.bits)) }
  /// Whether a sum leaves the last column.
  let validIn = Signal("valid_i", .bit)
  let push = Signal("push_i", .bit)
  var commandIn: Signal { Signal("command_i", command.type) }
  /// Where the parameters of a word stand.
  var parameterAddress: Signal { Signal("parameter_address_o", parameterType) }
  /// The words there, one cycle later.
  var stepIn: Signal? { shape.steps.map { Signal("steps_i", $0.table) } }
  var streamsIn: [Signal] {
    shape.streams.indices.map { Signal("stream_\($0)_i", .unsigned(shape.streamBits($0))) }
  }
  var residualAddress: Signal { Signal("residual_address_o", shape.address(.wide)) }
  /// The word there, one cycle later.
  var residualIn: Signal { Signal("residual_i", .unsigned(tile * wide.bits)) }
  let writeCodes = Signal("write_codes_o", .bit)
  var codesAddress: Signal { Signal("codes_address_o", shape.address(.codes)) }
  var codesOut: Signal { Signal("codes_o", .unsigned(tile * shape.codeBits)) }
  let writeWide = Signal("write_wide_o", .bit)
  var wideAddress: Signal { Signal("wide_address_o", shape.address(.wide)) }
  var wideOut: Signal { Signal("wide_o", .unsigned(tile * wide.bits)) }
  /// The last word of a tile is written in this cycle.
  let tileDone = Signal("tile_done_o", .bit)

  private var parameterType: Verilog.SignalType { command.type(of: .parameter) }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let units = try self.units()
    let (rowQueue, kept) = (try self.rowQueue, try self.keptSums)
    return try Verilog.Module(
      "drain_unit",
      summary: [
        "\(tile) columns of \(sum) sums, brought side by side, through thresholds, "
          + "\(shape.streams.count) stream form\(shape.streams.count == 1 ? "" : "s") or nothing, to memory.",
        groups.isWhole
          ? "A word is written \(1 + latency) cycles after its sums are side by side."
          : "Units for \(groups.width) lanes: a word takes them for \(groups.count) cycles.",
      ],
      ports: ClockedPorts.all
        + ([sumsIn, validIn, push, commandIn, residualIn] + (stepIn.map { [$0] } ?? []) + streamsIn)
        .map(Verilog.Port.input)
        + [
          parameterAddress, residualAddress, writeCodes, codesAddress, codesOut, writeWide,
          wideAddress, wideOut, tileDone,
        ].map(Verilog.Port.output),
      sections: Verilog.Section.declaredFirst(
        "What is kept.",
        skews + [queue, reading] + kept + rowQueue + [waiting] + selecting + units + [
          pipeline, writing,
          .unused(
            [current, final(.sums)] + (share.bits > sum.bits ? [alignedSums] : [])
          ),
        ]
      )
    )
  }

  // MARK: Side by side

  private let aligned = "aligned"
  var alignedSums: Signal { Signal(aligned, .unsigned(tile * share.bits)) }

  private var skews: [Verilog.Section] {
    let delays = (0..<tile - 1).map { column in
      Signal("column_\(column)_q", .unsigned((tile - 1 - column) * share.bits))
    }
    let moves = delays.enumerated().map { column, delay in
      let entering = sumsIn.reference.slice(Affine(column * share.bits), bits: share.bits).value
      let rest = delay.type.bits - share.bits
      let value: Expression =
        rest > 0
        ? .concatenation([delay.reference.slice(0, bits: rest).value, entering]) : entering
      return Verilog.Statement.assign(delay.reference, value)
    }
    let last = sumsIn.reference.slice(Affine((tile - 1) * share.bits), bits: share.bits).value
    let leaving = delays.map { delay in
      delay.reference.slice(Affine(delay.type.bits - share.bits), bits: share.bits).value
    }
    return [
      Verilog.Section(
        "Column n waits for the last one.",
        wires: [alignedSums],
        registers: delays,
        (moves.isEmpty ? [] : [ClockedPorts.clocked(moves)])
          + [.assign(alignedSums.reference, .concatenation([last] + leaving.reversed()))]
      )
    ]
  }

  // MARK: Queue

  private var pointer: Verilog.SignalType { .address(of: capacity) }
  private var commands: Signal { Signal("commands_q", command.type, depth: capacity) }
  private var head: Signal { Signal("head_q", pointer) }
  private var tail: Signal { Signal("tail_q", pointer) }
  private var current: Signal { Signal("current", command.type) }
  var row: Signal { Signal("row_q", .address(of: max(2, tile))) }

  private var queue: Verilog.Section {
    let one = Expression.literal(1, pointer)
    let isFirst = row.equals(0)
    let lowest = Expression.literal(tile - 1, row.type)
    return Verilog.Section(
      "Commands whose sums are on their way, the oldest at head; row counts its rows, the lowest first.",
      wires: [current],
      registers: [commands, head, tail, row],
      [
        ClockedPorts.clocked(
          reset: [
            .assign(head.reference, .literal(0, pointer)),
            .assign(tail.reference, .literal(0, pointer)),
            .assign(row.reference, lowest),
          ],
          [
            .when(push.value, [.assign(tail.reference, tail.value + one)]),
            .when(
              validIn.value,
              [
                .when(
                  isFirst,
                  [
                    .assign(head.reference, head.value + one),
                    .assign(row.reference, lowest),
                  ],
                  otherwise: [row.decreased]
                )
              ]
            ),
          ]
        ),
        ClockedPorts.clocked([.when(push.value, [.assign(commands[tail.value], commandIn.value)])]),
        .assign(current.reference, commands[head.value].value),
      ]
    )
  }

  func now(_ field: TileField) -> Expression { command.field(field, of: current.reference) }

  /// `base` + row, in the type of `base`, which is at least as wide as any address it names.
  private func advanced(_ field: TileField) -> Expression {
    now(field) + rows(as: command.type(of: field))
  }

  /// The row in another width.
  private func rows(as type: Verilog.SignalType) -> Expression {
    let count = min(type.bits, row.type.bits)
    let number = row.reference.slice(0, bits: count)
    return count < type.bits ? number.extended(to: type) : number.value
  }

  /// Where the older stream stands; what divides a tile is one word.
  private var residualWord: Expression {
    guard command.has(.divides) else { return advanced(.residual) }
    return now(.residual).when(now(.divides), otherwise: advanced(.residual))
  }

  let isThere = Signal("is_there", .bit)
  let isLast = Signal("is_last", .bit)
  private var resultAddress: Signal { Signal("result_address", command.type(of: .result)) }
  private var residualWide: Signal { Signal("residual_address", command.type(of: .residual)) }
  private var parameter: Signal { Signal("parameter_address", parameterType) }

  /// Whether a row goes to the units: the sums of a digit that others follow are kept.
  private var leaves: Expression {
    shape.schedule.hasDigits ? validIn.value & ~now(.keeps) : validIn.value
  }

  private var reading: Verilog.Section {
    let words = command.type(of: .words)
    let count = min(words.bits, row.type.bits)
    let number = row.reference.slice(0, bits: count)
    let index = count < words.bits ? number.extended(to: words) : number.value
    return Verilog.Section(
      "Where parameters, the older stream and the result of this row stand.",
      wires: [isThere, isLast, resultAddress, residualWide, parameter],
      [
        .assign(isLast.reference, leaves & row.equals(0)),
        .assign(isThere.reference, leaves & index.isLess(than: now(.words))),
        .assign(resultAddress.reference, advanced(.result)),
        .assign(residualWide.reference, residualWord),
        .assign(parameter.reference, advanced(.parameter)),
        .assign(parameterAddress.reference, taken(.parameter)),
        .assign(residualAddress.reference, taken(.residual)),
      ]
    )
  }

  /// What goes with the row that is side by side.
  func arriving(_ field: QueueField) -> Expression {
    switch field {
    case .sums: wholeSums.value
    case .epilogue: now(.epilogue)
    case .toWide: now(.toWide)
    case .result: resultAddress.value
    case .residual: residualWide.value
    case .parameter: parameter.value
    case .zeroPoint: now(.zeroPoint)
    case .isLast: isLast.value
    }
  }

  // MARK: The cycle in which parameters are read

  var sums: Signal { Signal("sums_q", .unsigned(tile * sum.bits)) }
  var epilogue: Signal { Signal("epilogue_q", command.type(of: .epilogue)) }
  let toWide = Signal("to_wide_q", .bit)
  let isLive = Signal("is_live_q", .bit)
  let isFinal = Signal("is_final_q", .bit)
  var address: Signal { Signal("address_q", command.type(of: .result)) }
  var zeroPoint: Signal { Signal("zero_point_q", command.type(of: .zeroPoint)) }

  /// The parameter's address, for the unit that holds its own tables.
  var channel: Signal { Signal("channel_q", parameterType) }

  private var waiting: Verilog.Section {
    Verilog.Section(
      "One cycle later, with the parameters.",
      registers: [sums, epilogue, toWide, isLive, isFinal, address]
        + (shape.hasZeroPoints ? [zeroPoint] : []) + (shape.hasChannels ? [channel] : []),
      [
        ClockedPorts.clocked(
          [
            .assign(sums.reference, taken(.sums)),
            .assign(epilogue.reference, taken(.epilogue)),
            .assign(toWide.reference, taken(.toWide)),
            .assign(address.reference, taken(.result)),
          ]
            + (shape.hasZeroPoints ? [.assign(zeroPoint.reference, taken(.zeroPoint))] : [])
            + (shape.hasChannels ? [.assign(channel.reference, taken(.parameter))] : [])
        ),
        ClockedPorts.clocked(
          reset: [
            .assign(isLive.reference, .bit(false)), .assign(isFinal.reference, .bit(false)),
          ],
          [
            .assign(isLive.reference, takenFlags.isLive),
            .assign(isFinal.reference, takenFlags.isFinal),
          ]
        ),
      ]
    )
  }
}
