import BigInt

// What the machine is given, and when.

extension StreamBench {
  /// Whether this cycle is no pause; two independent parts of the noise.
  private func goes(_ low: Int) -> Expression {
    guard stalls > 0 else { return .bit(true) }
    return ~noise.reference.slice(Verilog.Affine(low), bits: 10).value
      .isLess(than: .literal(min(stalls, 1023), .unsigned(10)))
  }

  var offering: Verilog.Section {
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
              ],
              otherwise: resets.isEmpty
                ? []
                : [
                  .assign(offered.reference, .bit(false)),
                  .assign(sent.reference, .literal(0, count)),
                ]
            )
          ]
        ),
      ]
    )
  }

  var weightWord: Verilog.SignalType {
    machine.ports.first { $0.signal.name == "w_axis_tdata" }?.signal.type ?? .bit
  }
  var loadingWords: Signal {
    Signal("loading_q", weightWord, depth: max(2, weights.count))
  }
  var loaded: Signal { Signal("loaded_q", count) }

  var loading: Verilog.Section {
    let isLoaded = Signal("is_loaded", .bit)
    return Verilog.Section(
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
        clocked(
          reset: [loaded],
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
}
