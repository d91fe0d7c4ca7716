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

  /// The name of the top module.
  public static let top = "stream_bench"
  /// How many mismatches are printed.
  static let printed = 8
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
    patience: Int
  ) {
    precondition(
      !inputs.isEmpty && inputs.count == outputs.count && Set(inputs.map(\.count)).count == 1
        && Set(outputs.map(\.count)).count == 1 && !inputs[0].isEmpty && !outputs[0].isEmpty,
      "as many beats for each input and each output"
    )
    (self.machine, self.laneBits) = (machine, laneBits)
    (self.inputs, self.outputs) = (inputs, outputs)
    self.weights = weights
    (self.stalls, self.seed, self.patience) = (stalls, seed == 0 ? 1 : seed, patience)
  }

  private typealias Signal = Verilog.Signal
  private typealias Expression = Verilog.Expression

  private var lanes: Int { inputs[0][0].count }
  private var outputLanes: Int { outputs[0][0].count }
  private var word: Verilog.SignalType { .unsigned(lanes * laneBits) }
  private var sentCount: Int { inputs.count * inputs[0].count }
  private var receivedCount: Int { outputs.count * outputs[0].count }

  private var sending: Signal { Signal("sending_q", word, depth: max(2, sentCount)) }
  private var expected: Signal { Signal("expected_q", word, depth: max(2, receivedCount)) }
  private var known: Signal { Signal("known_q", .unsigned(lanes), depth: max(2, receivedCount)) }

  var images: [Verilog.MemoryImage] {
    func pattern(_ beat: Beat) -> BigUInt {
      beat.enumerated().reduce(0) { $0 | ($1.element ?? 0) << ($1.offset * laneBits) }
    }
    func mask(_ beat: Beat) -> BigUInt {
      beat.enumerated().reduce(0) { $0 | ($1.element == nil ? 0 : 1) << $1.offset }
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
        bits: word.bits,
        words: padded(inputs.joined().map(pattern))
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

  private let clock = Signal("clk", .bit)
  private let count = Verilog.SignalType.unsigned(32)
  private var cycle: Signal { Signal("cycle_q", count) }
  private var noise: Signal { Signal("noise_q", count) }
  private let reset = Signal("rst_n_q", .bit)
  private let offered = Signal("offered_q", .bit)
  private let willing = Signal("willing_q", .bit)
  private let taken = Signal("taken", .bit)
  private let given = Signal("given", .bit)
  private let ready = Signal("ready", .bit)
  private let valid = Signal("valid", .bit)
  private let isLast = Signal("is_last", .bit)
  private var found: Signal { Signal("found", word) }
  private var wrong: Signal { Signal("wrong", .unsigned(lanes)) }
  private var sent: Signal { Signal("sent_q", count) }
  private var received: Signal { Signal("received_q", count) }

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
            .assign(reset.reference, Expression.literal(2, count).isLess(than: cycle.value)),
            .assign(
              noise.reference,
              .concatenation([noise.reference.slice(0, bits: 31).value, parity])
            ),
          ]
        ),
      ]
    )
  }

  private var weightWord: Verilog.SignalType {
    machine.ports.first { $0.signal.name == "w_axis_tdata" }?.signal.type ?? .bit
  }
  private var loadingWords: Signal {
    Signal("loading_q", weightWord, depth: max(2, weights.count))
  }
  private var loaded: Signal { Signal("loaded_q", count) }
  private let offersWeight = Signal("offers_weight", .bit)
  private let takesWeight = Signal("takes_weight", .bit)
  private let isLastWeight = Signal("is_last_weight", .bit)
  private let isLoaded = Signal("is_loaded", .bit)

  private var loading: Verilog.Section {
    Verilog.Section(
      "Weights come beside the first inputs, which the machine must not take before.",
      wires: [offersWeight, takesWeight, isLastWeight, isLoaded],
      registers: [loadingWords, loaded],
      [
        .initial([
          .load(loadingWords, file: "loading.hex"), .assign(loaded.reference, .literal(0, count)),
        ]),
        .assign(
          isLoaded.reference,
          loaded.value.equals(.literal(weights.count, count))
        ),
        .assign(offersWeight.reference, reset.value & ~isLoaded.value & goes(20)),
        .assign(
          isLastWeight.reference,
          loaded.value.equals(.literal(weights.count - 1, count))
        ),
        .clocked(
          clock,
          [
            .when(
              offersWeight.value & takesWeight.value,
              [.assign(loaded.reference, loaded.value + .literal(1, count))]
            )
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
      wires: [ready, valid, isLast, found],
      [
        .instance(
          Verilog.Instance(
            "device",
            of: machine,
            inputs: [
              "clk_i": clock.value, "rst_ni": reset.value,
              "s_axis_tdata": sending[address(sent, sentCount)].value,
              "s_axis_tvalid": offered.value, "m_axis_tready": willing.value,
            ].merging(weightInputs) { first, _ in first },
            outputs: [
              "s_axis_tready": ready.reference, "m_axis_tdata": found.reference,
              "m_axis_tvalid": valid.reference, "m_axis_tlast": isLast.reference,
            ].merging(weightOutputs) { first, _ in first }
          )
        )
      ]
    )
  }

  private func address(_ counter: Signal, _ count: Int) -> Expression {
    counter.reference.slice(0, bits: Verilog.SignalType.address(of: max(2, count)).bits).value
  }

  /// Whether this cycle is no pause; two independent parts of the noise.
  private func goes(_ low: Int) -> Expression {
    guard stalls > 0 else { return .bit(true) }
    return ~noise.reference.slice(Verilog.Affine(low), bits: 10).value
      .isLess(than: .literal(min(stalls, 1023), .unsigned(10)))
  }

  private var offering: Verilog.Section {
    let isLeft = (sent.value + taken.reference.extended(to: count))
      .isLess(than: .literal(sentCount, count))
    return Verilog.Section(
      "A beat is offered until it is taken; then there may be a pause.",
      wires: [taken, given],
      registers: [sending, offered, willing, sent],
      [
        .initial([
          .load(sending, file: "sending.hex"), .assign(offered.reference, .bit(false)),
          .assign(willing.reference, .bit(false)), .assign(sent.reference, .literal(0, count)),
        ]),
        .assign(taken.reference, offered.value & ready.value),
        .assign(given.reference, valid.value & willing.value & reset.value),
        .clocked(
          clock,
          [
            .when(
              reset.value,
              [
                .when(
                  taken.value | ~offered.value,
                  [.assign(offered.reference, goes(0) & isLeft)]
                ),
                .when(taken.value, [.assign(sent.reference, sent.value + .literal(1, count))]),
                .assign(willing.reference, goes(14)),
              ]
            )
          ]
        ),
      ]
    )
  }

  private var comparison: Verilog.Section {
    let beat = address(received, receivedCount)
    let wanted = Signal("wanted", word)
    let compared = Signal("compared", .unsigned(lanes))
    return Verilog.Section(
      "wrong: lanes that are known and not what they should be, unknown bits included.",
      wires: [wanted, compared, wrong],
      registers: [expected, known, received],
      [
        .initial([
          .load(expected, file: "expected.hex"), .load(known, file: "known.hex"),
          .assign(received.reference, .literal(0, count)),
        ]),
        .assign(wanted.reference, expected[beat].value),
        .assign(compared.reference, known[beat].value),
        .clocked(
          clock,
          [.when(given.value, [.assign(received.reference, received.value + .literal(1, count))])]
        ),
      ]
        + (0..<lanes).map { lane in
          func part(_ signal: Signal) -> Expression {
            signal.reference.slice(Verilog.Affine(lane * laneBits), bits: laneBits).value
          }
          let place = Verilog.Affine(lane)
          return .assign(
            wrong.reference.slice(place, bits: 1),
            compared.reference.slice(place, bits: 1).value
              & .binary(.notIdentical, part(found), part(wanted))
          )
        }
    )
  }

  private var progress: Verilog.Section {
    let counters = [
      "compared_q", "mismatched_q", "paused_q", "beat_q", "begin_q", "shortest_q",
      "longest_q", "quiet_q", "early_q",
    ].map { Signal($0, count) }
    let (comparedCount, mismatched, paused) = (counters[0], counters[1], counters[2])
    let (beat, begin, shortest, longest) = (counters[3], counters[4], counters[5], counters[6])
    let (quiet, misplaced) = (counters[7], counters[8])
    let one = Expression.literal(1, count)
    let run = cycle.value - begin.value
    func population(_ name: String) -> Expression {
      let bits = (0..<lanes).map { lane -> Expression in
        Signal(name, .unsigned(lanes)).reference.slice(Verilog.Affine(lane), bits: 1)
          .extended(to: count)
      }
      return bits.dropFirst().reduce(bits[0]) { $0 + $1 }
    }
    let lastBeat = Expression.literal(outputs[0].count - 1, count)
    let isFinal = given.value & received.value.equals(.literal(receivedCount - 1, count))
    let isStuck = quiet.value.equals(.literal(patience, count))
    let show = "compared=%0d mismatched=%0d stalls=%0d shortest=%0d longest=%0d misplaced=%0d"
    return Verilog.Section(
      "Counters, the first mismatches, and the result.",
      registers: counters + [answers, finished, held, heldBeat],
      [
        .initial([
          .assign(answers.reference, .bit(false)), .assign(finished.reference, .bit(false)),
          .assign(held.reference, .bit(false)),
        ]),
        .initial(
          counters.map { signal in
            .assign(
              signal.reference,
              .literal(signal == shortest ? BigInt(UInt32.max) : 0, count)
            )
          }
        ),
        .clocked(
          clock,
          [
            .when(
              taken.value,
              [.assign(begin.reference, cycle.value)]
            ),
            .assign(held.reference, valid.value & ~willing.value & reset.value),
            .assign(heldBeat.reference, .concatenation([isLast.value, found.value])),
            .when(
              held.value
                & (~valid.value
                  | .binary(
                    .notIdentical,
                    .concatenation([isLast.value, found.value]),
                    heldBeat.value
                  )),
              [.assign(misplaced.reference, misplaced.value + one)]
            ),
            .when(
              (offered.value & ~ready.value) | (valid.value & ~willing.value) | ~offered.value,
              [.assign(paused.reference, paused.value + one)]
            ),
            .assign(
              quiet.reference,
              Expression.literal(0, count).when(
                weights.isEmpty
                  ? taken.value | given.value
                  : taken.value | given.value | (offersWeight.value & takesWeight.value),
                otherwise: quiet.value + one
              )
            ),
            .when(
              valid.value & beat.value.equals(.literal(0, count)) & ~answers.value,
              [
                .assign(answers.reference, .bit(true)),
                .when(run.isLess(than: shortest.value), [.assign(shortest.reference, run)]),
                .when(longest.value.isLess(than: run), [.assign(longest.reference, run)]),
              ]
            ),
            .when(
              given.value,
              [
                .assign(
                  comparedCount.reference,
                  comparedCount.value + population("compared")
                ),
                .assign(mismatched.reference, mismatched.value + population("wrong")),
                .when(
                  isLast.value ^ beat.value.equals(lastBeat),
                  [.assign(misplaced.reference, misplaced.value + one)]
                ),
                .when(
                  beat.value.equals(lastBeat),
                  [
                    .assign(beat.reference, .literal(0, count)),
                    .assign(answers.reference, .bit(false)),
                  ],
                  otherwise: [.assign(beat.reference, beat.value + one)]
                ),
                .when(
                  wrong.value.differs(from: .literal(0, wrong.type))
                    & mismatched.value.isLess(than: .literal(Self.printed, count)),
                  [
                    .display(
                      "MISMATCH beat=%0d lanes=%h found=%h expected=%h",
                      [received.value, wrong.value, found.value, Signal("wanted", word).value]
                    )
                  ]
                ),
              ]
            ),
          ]
        ),
        .clocked(
          clock,
          [
            .when(
              finished.value,
              [
                .display(
                  "RESULT \(show)",
                  [
                    comparedCount.value, mismatched.value, paused.value, shortest.value,
                    longest.value, misplaced.value,
                  ]
                ),
                .finish,
              ]
            ),
            .when(
              isStuck,
              [.display("STUCK sent=%0d received=%0d", [sent.value, received.value]), .finish]
            ),
            .assign(finished.reference, isFinal),
          ]
        ),
      ]
    )
  }

  private let answers = Signal("answers_q", .bit)
  /// Whether a beat was offered in the cycle before and not taken, and what it was: it must still be there.
  private let held = Signal("held_q", .bit)
  private var heldBeat: Signal { Signal("held_beat_q", .unsigned(word.bits + 1)) }
  private let finished = Signal("finished_q", .bit)
}
