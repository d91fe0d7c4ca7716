import BigInt

// What the machine answers, and when.

extension StreamBench {
  var comparison: Verilog.Section {
    let beat = address(received, receivedCount)
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
        clocked(
          reset: [received],
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

  // MARK: Counters

  private var wanted: Signal { Signal("wanted", word) }
  private var compared: Signal { Signal("compared", .unsigned(lanes)) }
  private func counter(_ name: String) -> Signal { Signal("\(name)_q", count) }
  private var comparedCount: Signal { counter("compared") }
  private var mismatched: Signal { counter("mismatched") }
  private var paused: Signal { counter("paused") }
  /// Of the answer that comes.
  private var beat: Signal { counter("beat") }
  /// When the last beat of an input was taken.
  private var begin: Signal { counter("begin") }
  private var shortest: Signal { counter("shortest") }
  private var longest: Signal { counter("longest") }
  /// Cycles without a beat.
  private var quiet: Signal { counter("quiet") }
  private var misplaced: Signal { counter("early") }

  private func counted(_ counter: Signal) -> Verilog.Statement {
    .assign(counter.reference, counter.value + .literal(1, count))
  }

  /// How many bits of `lanes` are set.
  private func population(_ word: Signal) -> Expression {
    let bits = (0..<lanes).map { lane in
      word.reference.slice(Verilog.Affine(lane), bits: 1).extended(to: count)
    }
    return bits.dropFirst().reduce(bits[0]) { $0 + $1 }
  }

  var progress: Verilog.Section {
    let counters = [
      comparedCount, mismatched, paused, beat, begin, shortest, longest, quiet, misplaced,
    ]
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
        clocked(
          reset: [held, quiet, beat, answers],
          [.when(taken.value, [.assign(begin.reference, cycle.value)])]
            + waiting + pauses + [timing, arrival]
        ),
        .clocked(clock, ending),
      ]
    )
  }

  /// A beat that is offered stays as it is until it is taken.
  private var waiting: [Verilog.Statement] {
    let offer = Expression.concatenation([isLast.value, found.value])
    return [
      .assign(held.reference, valid.value & ~willing.value & reset.value),
      .assign(heldBeat.reference, offer),
      .when(
        held.value & (~valid.value | .binary(.notIdentical, offer, heldBeat.value)),
        [counted(misplaced)]
      ),
    ]
  }

  private var pauses: [Verilog.Statement] {
    let moves = taken.value | given.value
    return [
      .when(
        (offered.value & ~ready.value) | (valid.value & ~willing.value) | ~offered.value,
        [counted(paused)]
      ),
      .assign(
        quiet.reference,
        Expression.literal(0, count).when(
          weights.isEmpty ? moves : moves | (offersWeight.value & takesWeight.value),
          otherwise: quiet.value + .literal(1, count)
        )
      ),
    ]
  }

  /// Cycles from the last beat of an input to the first of its answer.
  private var timing: Verilog.Statement {
    let run = cycle.value - begin.value
    return .when(
      valid.value & beat.value.equals(.literal(0, count)) & ~answers.value,
      [
        .assign(answers.reference, .bit(true)),
        .when(run.isLess(than: shortest.value), [.assign(shortest.reference, run)]),
        .when(longest.value.isLess(than: run), [.assign(longest.reference, run)]),
      ]
    )
  }

  private var arrival: Verilog.Statement {
    let isLastBeat = beat.value.equals(.literal(outputs[0].count - 1, count))
    return .when(
      given.value,
      [
        .assign(comparedCount.reference, comparedCount.value + population(compared)),
        .assign(mismatched.reference, mismatched.value + population(wrong)),
        .when(isLast.value ^ isLastBeat, [counted(misplaced)]),
        .when(
          isLastBeat,
          [
            .assign(beat.reference, .literal(0, count)),
            .assign(answers.reference, .bit(false)),
          ],
          otherwise: [counted(beat)]
        ),
        .when(
          wrong.value.differs(from: .literal(0, wrong.type))
            & mismatched.value.isLess(than: .literal(Self.printed, count)),
          [
            .display(
              "MISMATCH beat=%0d lanes=%h found=%h expected=%h",
              [received.value, wrong.value, found.value, wanted.value]
            )
          ]
        ),
      ]
    )
  }

  private var ending: [Verilog.Statement] {
    let show =
      "compared=%0d mismatched=%0d stalls=%0d shortest=%0d longest=%0d misplaced=%0d "
      + "error=%0d"
    let isFinal = given.value & received.value.equals(.literal(receivedCount - 1, count))
    return [
      .when(
        finished.value,
        [
          .display(
            "RESULT \(show)",
            [
              comparedCount.value, mismatched.value, paused.value, shortest.value,
              longest.value, misplaced.value, error.value,
            ]
          ),
          .finish,
        ]
      ),
      .when(
        quiet.value.equals(.literal(patience, count)),
        [.display("STUCK sent=%0d received=%0d", [sent.value, received.value]), .finish]
      ),
      .assign(finished.reference, isFinal),
    ]
  }
}
