import BigInt
import IntaglioGraph
import IntaglioNumerics

/// Feeds whole rows to the units of every lane and writes the codes that they give.
///
/// Lane n of every word goes to unit n; all lanes work in step, for no unit's time depends on data. A
/// norm sees its row twice: the second time lane 0 says which word it wants.
struct RowUnit {
  let shape: MachineShape

  typealias Signal = Verilog.Signal
  private typealias Expression = Verilog.Expression
  private typealias Affine = Verilog.Affine

  /// The unit of one lane.
  enum Unit {
    case softmax(SoftmaxUnit)
    case norm(NormQuantizer)
  }

  let units: [Unit]

  /// - Throws: `NormQuantizerError` when a norm is not decided by squares.
  init(_ shape: MachineShape, normDigit: Int) throws(NormQuantizerError) {
    self.shape = shape
    var units: [Unit] = []
    for (number, work) in shape.schedule.rowWorks.enumerated() {
      switch work.function {
      case .softmax(let softmax):
        units.append(
          .softmax(
            SoftmaxUnit(
              "softmax_\(number)",
              [softmax],
              row: 0,
              shape: [1, work.count],
              score: work.value
            )
          )
        )
      case .norm(let norm):
        units.append(
          .norm(
            try NormQuantizer(
              "norm_\(number)",
              norm,
              count: work.count,
              value: work.value,
              digit: normDigit
            )
          )
        )
      }
    }
    self.units = units
  }

  /// What the units load; tables that several of them share stand once.
  var images: [Verilog.MemoryImage] {
    var images: [Verilog.MemoryImage] = []
    for image in allImages where !images.contains(image) { images.append(image) }
    return images
  }

  private var allImages: [Verilog.MemoryImage] {
    units.flatMap { unit in
      switch unit {
      case .softmax(let softmax): softmax.images
      case .norm(let norm): [norm.image]
      }
    }
  }

  // MARK: Ports

  private var tile: Int { shape.tile }
  private var job: WordLayout { shape.rowJob }
  let start = Signal("start_i", .bit)
  var jobIn: Signal { Signal("job_i", job.type) }
  /// Where the word stands that is asked for; it comes one cycle later.
  var readAddress: Signal { Signal("read_address_o", shape.address(.wide)) }
  var wordIn: Signal { Signal("word_i", .unsigned(tile * shape.wide.bits)) }
  let writes = Signal("writes_o", .bit)
  var writeAddress: Signal { Signal("write_address_o", shape.address(.rowCodes)) }
  var wordOut: Signal { Signal("word_o", .unsigned(tile * shape.codeBits)) }
  /// The last word of a job is written.
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
  private var paces: [Int] {
    units.map { unit in
      switch unit {
      case .softmax: 1
      case .norm(let norm): norm.pace
      }
    }
  }
  private var left: Signal { Signal("left_q", job.type(of: "words")) }
  private var result: Signal { Signal("result_q", shape.address(.rowCodes)) }
  private var remaining: Signal { Signal("remaining_q", job.type(of: "words")) }
  private var unit: Signal { Signal("unit_q", job.type(of: "unit")) }
  private let isThere = Signal("is_there_q", .bit)
  private let isReady = Signal("is_ready", .bit)
  private let isGiven = Signal("is_given", .bit)
  private var codes: Signal { Signal("codes", wordOut.type) }
  private var zeroPoint: Signal { Signal("zero_point_q", job.type(of: "zero_point")) }

  private func ready(_ number: Int) -> Signal { Signal("ready_\(number)", .unsigned(tile)) }
  private func given(_ number: Int) -> Signal { Signal("given_\(number)", .unsigned(tile)) }
  private func codes(_ number: Int) -> Signal { Signal("codes_\(number)", wordOut.type) }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    var sections = [feeding, selection, writing]
    for (number, unit) in units.enumerated() { sections.append(try lanes(number, unit)) }
    return try Verilog.Module(
      "row_unit",
      summary: [
        "\(units.count) kind\(units.count == 1 ? "" : "s") of work on whole rows, \(tile) rows at a "
          + "time: words are read one after the other, and codes are written as they come."
      ],
      ports: ClockedPorts.all + [start, jobIn, wordIn].map(Verilog.Port.input)
        + [readAddress, writes, writeAddress, wordOut, done].map(Verilog.Port.output),
      sections: Verilog.Section.declaredFirst("What is kept.", sections + [.unused([jobIn])])
    )
  }

  private func begin(_ name: String) -> Expression { job.field(name, of: jobIn.reference) }

  private var feeding: Verilog.Section {
    func count(_ register: Signal, by step: Int) -> Verilog.Statement {
      let one = Expression.literal(1, register.type)
      return .assign(
        register.reference,
        step > 0 ? register.value + one : register.value - one
      )
    }
    let none = Expression.literal(0, pause.type)
    let isFree = hasPauses ? isReady.value & pause.value.equals(none) : isReady.value
    let waits: Verilog.Statement = .when(
      asks.value,
      [
        .assign(
          pause.reference,
          chosen { .literal(paces[$0] - 1, pause.type) }
        )
      ],
      otherwise: [
        .when(
          pause.value.differs(from: none),
          [.assign(pause.reference, pause.value - .literal(1, pause.type))]
        )
      ]
    )
    return Verilog.Section(
      "A job is taken at start; then a word is read in every cycle in which its unit takes one, and "
        + "behind the last one those that lane 0 names.",
      wires: [asks, asksAgain],
      registers: [source, address, left, result, remaining, unit, isThere]
        + (shape.hasZeroPoints ? [zeroPoint] : []) + (hasPauses ? [pause] : []),
      [
        .assign(asks.reference, left.value.differs(from: .literal(0, left.type)) & isFree),
        .assign(
          asksAgain.reference,
          left.value.equals(.literal(0, left.type))
            & remaining.value.differs(from: .literal(0, remaining.type))
        ),
        .assign(
          readAddress.reference,
          (source.value + again).when(asksAgain.value, otherwise: address.value)
        ),
        ClockedPorts.clocked(
          reset: [
            .assign(left.reference, .literal(0, left.type)),
            .assign(remaining.reference, .literal(0, remaining.type)),
            .assign(isThere.reference, .bit(false)),
            .assign(unit.reference, .literal(0, unit.type)),
          ] + (hasPauses ? [.assign(pause.reference, none)] : []),
          [
            .assign(isThere.reference, asks.value),
            .when(
              start.value,
              [
                .assign(left.reference, begin("words")),
                .assign(remaining.reference, begin("words")),
                .assign(unit.reference, begin("unit")),
              ],
              otherwise: [
                .when(asks.value, [count(left, by: -1)]),
                .when(isGiven.value, [count(remaining, by: -1)]),
              ]
            ),
          ] + (hasPauses ? [waits] : [])
        ),
        ClockedPorts.clocked([
          .when(
            start.value,
            [
              .assign(source.reference, begin("source")),
              .assign(address.reference, begin("source")),
              .assign(result.reference, begin("result")),
            ]
              + (shape.hasZeroPoints
                ? [.assign(zeroPoint.reference, job.field("zero_point", of: jobIn.reference))]
                : []),
            otherwise: [
              .when(asks.value, [count(address, by: 1)]),
              .when(isGiven.value, [count(result, by: 1)]),
            ]
          )
        ]),
      ]
    )
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

  private func channel(_ number: Int) -> Signal {
    Signal("channel_\(number)", .address(of: count(number)))
  }

  private func isUnit(_ number: Int) -> Expression {
    unit.value.equals(.literal(number, unit.type))
  }

  /// What belongs to the unit of the job.
  private func chosen(_ signal: (Int) -> Expression) -> Expression {
    units.indices.dropFirst().reduce(signal(0)) { value, number in
      signal(number).when(isUnit(number), otherwise: value)
    }
  }

  private var selection: Verilog.Section {
    // Lanes work in step, so all of them are ready, and give, in the same cycles.
    func all(_ signal: Signal) -> Expression { .unary(.all, signal.value) }
    return Verilog.Section(
      "The unit of the job.",
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
        .assign(writes.reference, isGiven.value),
        .assign(writeAddress.reference, result.value),
        .assign(
          wordOut.reference,
          shape.hasZeroPoints ? shape.lanes(codes.reference, less: zeroPoint) : codes.value
        ),
        .assign(
          done.reference,
          isGiven.value & remaining.value.equals(.literal(1, remaining.type))
        ),
      ]
    )
  }

  // MARK: Lanes

  private func lanes(_ number: Int, _ unit: Unit) throws(Verilog.ModuleError) -> Verilog.Section {
    let module: Verilog.Module
    let (input, code): (String, Verilog.SignalType)
    let summary: String
    switch unit {
    case .softmax(let softmax):
      module = try softmax.module()
      (input, code) = ("score_i", .init(softmax.quantizer.type))
      summary = "Softmax of rows of \(softmax.count)"
    case .norm(let norm):
      module = try norm.module()
      (input, code) = ("value_i", .init(norm.parameters.code))
      summary = "Norm of rows of \(norm.parameters.count)"
    }
    var wires = [ready(number), given(number), codes(number)]
    var items: [Verilog.Item] = []
    var parts: [Expression] = []
    var word: Signal?
    if case .norm(let norm) = unit {
      let channel = channel(number)
      let channelWord = Signal("channel_word_\(number)", .unsigned(norm.parameters.wordBits))
      wires += [channel, channelWord]
      word = channelWord
      items.append(try channels(norm, number, channel, channelWord))
    }
    for lane in 0..<tile {
      let found = Signal("code_\(number)_\(lane)", code)
      wires.append(found)
      let value = wordIn.reference.slice(
        Affine(lane * shape.wide.bits),
        bits: self.value(number).bits
      )
      var inputs = [
        ClockedPorts.clock.name: ClockedPorts.clock.value,
        ClockedPorts.reset.name: ClockedPorts.reset.value,
        ClockedPorts.enable.name: ClockedPorts.enable.value,
        "valid_i": isThere.value & isUnit(number),
        input: self.value(number).isSigned ? value.value.asSigned : value.value,
      ]
      if let word { inputs["channel_word_i"] = word.value }
      var outputs = [
        "code_o": found.reference,
        "ready_o": ready(number).reference.slice(Affine(lane), bits: 1),
        "valid_o": given(number).reference.slice(Affine(lane), bits: 1),
      ]
      if word != nil {
        let channel =
          lane == 0
          ? channel(number)
          : Signal("unused_channel_\(number)_\(lane)", .address(of: count(number)))
        if lane > 0 { wires.append(channel) }
        outputs["channel_o"] = channel.reference
      }
      items.append(
        .instance(
          Verilog.Instance("unit_\(number)_\(lane)", of: module, inputs: inputs, outputs: outputs)
        )
      )
      parts.append(fitted(found))
    }
    items.append(.assign(codes(number).reference, .concatenation(parts.reversed())))
    return Verilog.Section(
      "\(summary), one for each lane; lane 0 names the channel for all.",
      wires: wires,
      items
    )
  }

  private func value(_ number: Int) -> IntegerType { shape.schedule.rowWorks[number].value }
  private func count(_ number: Int) -> Int { shape.schedule.rowWorks[number].count }

  /// A code in the bits that a lane of the memory has.
  private func fitted(_ code: Signal) -> Expression {
    let (bits, type) = (shape.codeBits, code.type)
    guard bits > type.bits else {
      return code.reference.slice(0, bits: bits).value
    }
    let top = code.reference.slice(Affine(type.bits - 1), bits: 1).value
    let filler: Expression =
      type.isSigned ? .repetition(bits - type.bits, top) : .literal(0, .unsigned(bits - type.bits))
    return .concatenation([filler, code.reference.slice(0, bits: type.bits).value])
  }

  /// The words of all channels, for all lanes.
  private func channels(
    _ norm: NormQuantizer,
    _ number: Int,
    _ channel: Signal,
    _ word: Signal
  ) throws(Verilog.ModuleError) -> Verilog.Item {
    let memory = Memory("\(norm.name)_channels", image: norm.image)
    return .instance(
      Verilog.Instance(
        "channels_\(number)",
        of: try memory.module(),
        inputs: [
          ClockedPorts.clock.name: ClockedPorts.clock.value,
          ClockedPorts.enable.name: ClockedPorts.enable.value,
          "address_i": channel.value, "write_i": .bit(false),
          "write_address_i": .literal(0, channel.type), "write_word_i": .literal(0, word.type),
        ],
        outputs: ["word_o": word.reference]
      )
    )
  }
}
