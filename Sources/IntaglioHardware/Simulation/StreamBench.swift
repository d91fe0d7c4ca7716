public import BigInt

/// A test bench that sends beats to a machine over one AXI4-Stream and compares what it answers on
/// another with `!==`, both streams stalled at random.
public struct StreamBench: Sendable {
  /// A lane that is not compared is `nil`.
  public typealias Beat = [BigUInt?]

  public let machine: Verilog.Module
  public let laneBits: Int
  /// The beats of one input after the other, and of the answers.
  public let inputs: [[Beat]]
  public let outputs: [[Beat]]
  /// How many cycles of 1,024 either side pauses.
  public let stalls: Int
  public let seed: UInt32
  /// What `w_axis` takes before the first input, for machines that have it.
  public let weights: [BigUInt]
  /// Beats of an input that is broken off by `s_axis_tlast`, before all others; nothing answers them.
  public let broken: [Beat]
  /// Whether the last beat of every input comes with `s_axis_tlast`, which a sender may leave low.
  public let marksLast: Bool
  /// Cycles in which the machine's reset falls once more; what was sent is sent again from the first beat.
  public let resets: [Int]

  /// The name of the top module.
  public static let top = "stream_bench"
  /// How many mismatches are printed.
  static let printed = 8
  /// For how many cycles the reset is low.
  private static let resetCycles = 3
  /// Cycles without a beat after which the machine counts as stuck.
  let patience: Int

  /// - Precondition: all inputs have as many beats, and so have all outputs; neither is none.
  public init(
    _ machine: Verilog.Module,
    laneBits: Int,
    inputs: [[Beat]],
    outputs: [[Beat]],
    stalls: Int = 0,
    seed: UInt32 = 1,
    weights: [BigUInt] = [],
    broken: [Beat] = [],
    marksLast: Bool = true,
    resets: [Int] = [],
    patience: Int
  ) {
    precondition(
      !inputs.isEmpty && inputs.count == outputs.count && Set(inputs.map(\.count)).count == 1
        && Set(outputs.map(\.count)).count == 1 && !inputs[0].isEmpty && !outputs[0].isEmpty,
      "as many beats for each input and each output"
    )
    (self.machine, self.laneBits) = (machine, laneBits)
    (self.inputs, self.outputs) = (inputs, outputs)
    (self.weights, self.resets) = (weights, resets)
    (self.broken, self.marksLast) = (broken, marksLast)
    (self.stalls, self.seed, self.patience) = (stalls, seed == 0 ? 1 : seed, patience)
  }

  typealias Signal = Verilog.Signal
  typealias Expression = Verilog.Expression

  var lanes: Int { inputs[0][0].count }
  var word: Verilog.SignalType { .unsigned(lanes * laneBits) }
  var sentCount: Int { broken.count + inputs.count * inputs[0].count }
  var receivedCount: Int { outputs.count * outputs[0].count }

  /// What is sent: a word, and tlast above it.
  var sending: Signal {
    Signal("sending_q", .unsigned(word.bits + 1), depth: max(2, sentCount))
  }
  var expected: Signal { Signal("expected_q", word, depth: max(2, receivedCount)) }
  var known: Signal { Signal("known_q", .unsigned(lanes), depth: max(2, receivedCount)) }

  var images: [Verilog.MemoryImage] {
    func pattern(_ beat: Beat) -> BigUInt {
      beat.enumerated().reduce(0) { $0 | ($1.element ?? 0) << ($1.offset * laneBits) }
    }
    func mask(_ beat: Beat) -> BigUInt {
      beat.enumerated().reduce(0) { $0 | ($1.element == nil ? 0 : 1) << $1.offset }
    }
    func sent(_ beats: [Beat], endsWithLast: Bool) -> [BigUInt] {
      beats.enumerated().map { number, beat in
        let isLast = endsWithLast && number == beats.count - 1
        return pattern(beat) | BigUInt(isLast ? 1 : 0) << word.bits
      }
    }
    func padded(_ words: [BigUInt]) -> [BigUInt] {
      words + Array(repeating: 0, count: max(0, 2 - words.count))
    }
    let loading =
      weights.isEmpty
      ? [] : [Verilog.MemoryImage("loading.hex", bits: weightWord.bits, words: padded(weights))]
    return loading + [
      Verilog.MemoryImage(
        "sending.hex",
        bits: word.bits + 1,
        words: padded(
          sent(broken, endsWithLast: true)
            + inputs.flatMap { sent($0, endsWithLast: marksLast) }
        )
      ),
      Verilog.MemoryImage(
        "expected.hex",
        bits: word.bits,
        words: padded(outputs.joined().map(pattern))
      ),
      Verilog.MemoryImage("known.hex", bits: lanes, words: padded(outputs.joined().map(mask))),
    ]
  }

  /// The bench with everything in it.
  ///
  /// - Parameter images: what the machine itself loads.
  /// - Returns: a design without ports, which ends with the last answer.
  /// - Throws: `TraceBenchError`.
  public func design(images: [Verilog.MemoryImage]) throws(TraceBenchError) -> Verilog.Design {
    let top: Verilog.Module
    do { top = try module() } catch { throw .module(error) }
    do { return try Verilog.Design(top, images: images + self.images) } catch {
      throw .design(error)
    }
  }

  // MARK: Signals

  let clock = Signal("clk", .bit)
  let count = Verilog.SignalType.unsigned(32)
  var cycle: Signal { Signal("cycle_q", count) }
  var noise: Signal { Signal("noise_q", count) }
  let reset = Signal("rst_n_q", .bit)
  let offered = Signal("offered_q", .bit)
  let willing = Signal("willing_q", .bit)
  let taken = Signal("taken", .bit)
  let given = Signal("given", .bit)
  let ready = Signal("ready", .bit)
  let valid = Signal("valid", .bit)
  let isLast = Signal("is_last", .bit)
  /// Whether the machine says that an input was broken off.
  let error = Signal("error", .bit)
  private var sentBeat: Signal { Signal("sent_beat", .unsigned(word.bits + 1)) }
  var found: Signal { Signal("found", word) }
  var wrong: Signal { Signal("wrong", .unsigned(lanes)) }
  var sent: Signal { Signal("sent_q", count) }
  var received: Signal { Signal("received_q", count) }
  let answers = Signal("answers_q", .bit)
  /// Whether a beat was offered in the cycle before and not taken, and what it was: it must still be there.
  let held = Signal("held_q", .bit)
  var heldBeat: Signal { Signal("held_beat_q", .unsigned(word.bits + 1)) }
  let finished = Signal("finished_q", .bit)
  let offersWeight = Signal("offers_weight", .bit)
  let takesWeight = Signal("takes_weight", .bit)
  let isLastWeight = Signal("is_last_weight", .bit)

  private func module() throws(Verilog.ModuleError) -> Verilog.Module {
    try Verilog.Module(
      Self.top,
      summary: [
        "Sends \(inputs.count) inputs of \(inputs[0].count) beats and compares \(outputs[0].count) "
          + "beats of each answer; either side pauses in \(stalls) of 1,024 cycles.",
        "run counts the cycles between the last beat in and the first beat out.",
      ],
      ports: [],
      sections: Verilog.Section.declaredFirst(
        "What is kept.",
        [clocking, device] + (weights.isEmpty ? [] : [loading]) + [offering, comparison, progress]
      )
    )
  }

  /// Whether the machine is not reset in the next cycle.
  private var isRunning: Expression {
    resets.reduce(Expression.literal(2, count).isLess(than: cycle.value)) { running, first in
      running
        & (cycle.value.isLess(than: .literal(first, count))
          | Expression.literal(first + Self.resetCycles - 1, count).isLess(than: cycle.value))
    }
  }

  /// `body` while the machine is not reset; `cleared` otherwise, where that happens again.
  func clocked(
    reset cleared: [Signal],
    _ body: [Verilog.Statement]
  ) -> Verilog.Item {
    guard !resets.isEmpty else { return .clocked(clock, body) }
    return .clocked(
      clock,
      [
        .when(
          ~reset.value,
          cleared.map { .assign($0.reference, .literal(0, $0.type)) },
          otherwise: body
        )
      ]
    )
  }

  private var clocking: Verilog.Section {
    // x^32 + x^22 + x^2 + x + 1.
    let taps = [31, 21, 1, 0].map { noise.reference.slice(Verilog.Affine($0), bits: 1).value }
    let parity = taps.dropFirst().reduce(taps[0]) { $0 ^ $1 }
    return Verilog.Section(
      "The clock, the reset, and noise: a linear feedback shift register.",
      registers: [clock, cycle, noise, reset],
      [
        .initial([
          .assign(clock.reference, .bit(false)), .assign(cycle.reference, .literal(0, count)),
          .assign(noise.reference, .literal(BigInt(seed), count)),
          .assign(reset.reference, .bit(false)),
        ]),
        .oscillator(clock, halfPeriod: 5),
        .clocked(
          clock,
          [
            .assign(cycle.reference, cycle.value + .literal(1, count)),
            .assign(reset.reference, isRunning),
            .assign(
              noise.reference,
              .concatenation([noise.reference.slice(0, bits: 31).value, parity])
            ),
          ]
        ),
      ]
    )
  }

  private var device: Verilog.Section {
    let weightInputs =
      weights.isEmpty
      ? [:]
      : [
        "w_axis_tdata": loadingWords[address(loaded, weights.count)].value,
        "w_axis_tvalid": offersWeight.value, "w_axis_tlast": isLastWeight.value,
      ]
    let weightOutputs = weights.isEmpty ? [:] : ["w_axis_tready": takesWeight.reference]
    return Verilog.Section(
      "The machine under test.",
      wires: [ready, valid, isLast, error, found, sentBeat],
      [
        .assign(sentBeat.reference, sending[address(sent, sentCount)].value),
        .instance(
          Verilog.Instance(
            "device",
            of: machine,
            inputs: [
              "clk_i": clock.value, "rst_ni": reset.value,
              "s_axis_tdata": sentBeat.reference.slice(0, bits: word.bits).value,
              "s_axis_tlast": sentBeat.reference.slice(Verilog.Affine(word.bits), bits: 1).value,
              "s_axis_tvalid": offered.value, "m_axis_tready": willing.value,
            ].merging(weightInputs) { first, _ in first },
            outputs: [
              "s_axis_tready": ready.reference, "m_axis_tdata": found.reference,
              "m_axis_tvalid": valid.reference, "m_axis_tlast": isLast.reference,
              "error_o": error.reference,
            ].merging(weightOutputs) { first, _ in first }
          )
        ),
      ]
    )
  }

  func address(_ counter: Signal, _ count: Int) -> Expression {
    counter.reference.slice(0, bits: Verilog.SignalType.address(of: max(2, count)).bits).value
  }
}
