import BigInt

/// The bench module of one trace.
struct TracePlayer {
  let module: Verilog.Module
  let images: [Verilog.MemoryImage]

  /// - Throws: `Verilog.ModuleError` when a name of the module under test is one of the bench.
  init(_ trace: Trace, index: Int) throws(Verilog.ModuleError) {
    let parts = Parts(trace, index)
    images = [parts.stimulusImage, parts.expectedImage]
    module = try Verilog.Module(
      "trace_player_\(index)",
      summary: [
        "Plays \(trace.cycles.count) cycles to \(trace.module.name) and compares what is known."
      ],
      ports: [.input(parts.clock), .output(parts.done)],
      sections: [parts.memories, parts.device, parts.comparison, parts.progress]
    )
  }

  /// The signals that the sections share.
  private struct Parts {
    typealias Signal = Verilog.Signal
    typealias Affine = Verilog.Affine

    let trace: Trace
    let index: Int
    let clock = Signal("clk_i", .bit)
    let done = Signal("done_o", .bit)
    private let cycle: Signal
    private let stimulus: Signal
    private let expected: Signal
    private let wrong: Signal
    private let known: Signal
    private let isDone = Signal("done_q", .bit)
    /// Where every lane is: output, lane, and its first bit in a word of expectations.
    private let places: [(output: Int, lane: Int, low: Int)]

    init(_ trace: Trace, _ index: Int) {
      (self.trace, self.index) = (trace, index)
      let depth = trace.cycles.count
      var (places, low): ([(output: Int, lane: Int, low: Int)], Int) = ([], 0)
      for (output, signal) in trace.outputs.enumerated() {
        for lane in 0..<trace.lanes[output] {
          places.append((output, lane, low))
          low += signal.type.bits / trace.lanes[output] + 1
        }
      }
      self.places = places
      cycle = Signal("cycle_q", .address(of: depth))
      let inputBits = trace.inputs.reduce(0) { $0 + $1.type.bits }
      stimulus = Signal("stimulus", .unsigned(inputBits), depth: depth)
      expected = Signal("expected", .unsigned(low), depth: depth)
      wrong = Signal("wrong", .unsigned(places.count))
      known = Signal("known", .unsigned(places.count))
    }

    private func laneBits(_ output: Int) -> Int {
      trace.outputs[output].type.bits / trace.lanes[output]
    }

    var stimulusImage: Verilog.MemoryImage {
      let words = trace.cycles.map { cycle in
        var (word, bits): (BigUInt, Int) = (0, 0)
        for (signal, value) in zip(trace.inputs, cycle.inputs) {
          word |= value << bits
          bits += signal.type.bits
        }
        return word
      }
      return Verilog.MemoryImage("stimulus_\(index).hex", bits: stimulus.type.bits, words: words)
    }

    var expectedImage: Verilog.MemoryImage {
      let words = trace.cycles.map { cycle in
        var word: BigUInt = 0
        for place in places {
          guard let value = cycle.outputs[place.output][place.lane] else { continue }
          word |= (value << 1 | 1) << place.low
        }
        return word
      }
      return Verilog.MemoryImage("expected_\(index).hex", bits: expected.type.bits, words: words)
    }

    var memories: Verilog.Section {
      Verilog.Section(
        "What goes in, and for every lane whether it is known and what it is.",
        registers: [stimulus, expected],
        [
          .initial([
            .load(stimulus, file: stimulusImage.name), .load(expected, file: expectedImage.name),
          ])
        ]
      )
    }

    private var stimulusWord: Signal { Signal("stimulus_word", stimulus.type) }
    private var expectedWord: Signal { Signal("expected_word", expected.type) }

    private func output(_ index: Int) -> Signal {
      Signal("found_\(index)", trace.outputs[index].type)
    }

    /// The module under test.
    var device: Verilog.Section {
      let hasClock = trace.module.ports.contains { $0.signal == ClockedPorts.clock }
      var inputs = hasClock ? [ClockedPorts.clock.name: clock.value] : [:]
      var low = 0
      for signal in trace.inputs {
        let slice = stimulusWord.reference.slice(Affine(low), bits: signal.type.bits).value
        inputs[signal.name] = signal.type.isSigned ? slice.asSigned : slice
        low += signal.type.bits
      }
      let outputs = trace.outputs.indices.map { (trace.outputs[$0].name, output($0).reference) }
      return Verilog.Section(
        "The module under test.",
        wires: [stimulusWord, expectedWord] + trace.outputs.indices.map(output),
        registers: [cycle],
        [
          .assign(stimulusWord.reference, stimulus[cycle.value].value),
          .assign(expectedWord.reference, expected[cycle.value].value),
          .instance(
            Verilog.Instance(
              "device",
              of: trace.module,
              inputs: inputs,
              outputs: Dictionary(uniqueKeysWithValues: outputs)
            )
          ),
          .initial([cycle.cleared]),
          .clocked(
            clock,
            [
              .when(
                cycle.value.differs(from: last),
                [cycle.increased]
              )
            ]
          ),
        ]
      )
    }

    private var last: Verilog.Expression { .literal(trace.cycles.count - 1, cycle.type) }

    private func found(_ place: (output: Int, lane: Int, low: Int)) -> Verilog.Expression {
      let bits = laneBits(place.output)
      return output(place.output).reference.slice(Affine(place.lane * bits), bits: bits).value
    }

    private func wanted(_ place: (output: Int, lane: Int, low: Int)) -> Verilog.Expression {
      expectedWord.reference.slice(Affine(place.low + 1), bits: laneBits(place.output)).value
    }

    /// Which lanes are known and not what they should be.
    var comparison: Verilog.Section {
      Verilog.Section(
        "known: there is an expectation; wrong: it is not met, unknown bits included.",
        wires: [known, wrong],
        places.enumerated().flatMap { index, place -> [Verilog.Item] in
          let isKnown = expectedWord.reference.slice(Affine(place.low), bits: 1).value
          let lane = Affine(index)
          return [
            .assign(known.reference.slice(lane, bits: 1), isKnown),
            .assign(
              wrong.reference.slice(lane, bits: 1),
              isKnown & .binary(.notIdentical, found(place), wanted(place))
            ),
          ]
        }
      )
    }

    /// How many bits of `lanes` are set, as 32 bits.
    private func population(_ lanes: Signal) -> Verilog.Expression {
      let bits = (0..<lanes.type.bits).map { lane in
        lanes.reference.slice(Affine(lane), bits: 1).extended(to: .unsigned(32))
      }
      return bits.dropFirst().reduce(bits[0]) { $0 + $1 }
    }

    private var counters: [Signal] {
      ["compared_q", "mismatched_q", "stalls_q"].map { Signal($0, .unsigned(32)) }
    }

    /// What this cycle adds to what was compared, and to what was wrong; stalls are counted by themselves.
    private var totals: [Verilog.Expression] {
      [population(known), population(wrong), Verilog.Expression.literal(0, .unsigned(32))]
    }

    /// Counts, prints the first mismatches and the result.
    var progress: Verilog.Section {
      let hasRoom = counters[1].value.isLess(than: .literal(TraceBench.printed, .unsigned(32)))
      let counts = zip(counters, totals).map { counter, total in
        Verilog.Statement.assign(counter.reference, counter.value + total)
      }
      return Verilog.Section(
        "Counters, the first mismatches, and the result.",
        registers: counters + [isDone],
        [
          .initial(counters.map(\.cleared) + [.assign(isDone.reference, .bit(false))]),
          .clocked(
            clock,
            [
              .when(
                ~isDone.value,
                counts.prefix(2) + [stalled].compactMap(\.self) + [
                  .when(hasRoom, mismatches), .when(cycle.value.equals(last), ended),
                ]
              )
            ]
          ),
          .assign(done.reference, isDone.value),
        ]
      )
    }

    /// Counts cycles that are not enabled.
    private var stalled: Verilog.Statement? {
      guard let index = trace.inputs.firstIndex(of: ClockedPorts.enable) else { return nil }
      let low = trace.inputs[..<index].reduce(0) { $0 + $1.type.bits }
      let enable = stimulusWord.reference.slice(Affine(low), bits: 1).value
      return .when(~enable, [counters[2].increased])
    }

    private var ended: [Verilog.Statement] {
      [
        .assign(isDone.reference, .bit(true)),
        .display(
          "\(TraceResult.mark) trace=\(index) compared=%0d mismatched=%0d stalls=%0d",
          zip(counters, totals).map { counter, total in counter.value + total }
        ),
      ]
    }

    /// The place, what was found and what was expected, of every lane that is wrong.
    private var mismatches: [Verilog.Statement] {
      places.enumerated().map { lane, place in
        .when(
          wrong.reference.slice(Affine(lane), bits: 1).value,
          [
            .display(
              "\(TraceResult.mismatchMark) trace=\(index) cycle=%0d "
                + "output=\(trace.outputs[place.output].name) lane=\(place.lane) "
                + "found=%h expected=%h",
              [cycle.value, found(place), wanted(place)]
            )
          ]
        )
      }
    }
  }
}
