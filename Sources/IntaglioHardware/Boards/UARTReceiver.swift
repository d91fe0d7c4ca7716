/// Bytes from a serial line: 8 data bits, the lowest first, no parity, one stop bit.
struct UARTReceiver {
  /// Clock cycles for each bit, four at least.
  let cyclesPerBit: Int

  let line = Verilog.Signal("rx_i", .bit)
  let byte = Verilog.Signal("byte_o", .unsigned(8))
  let valid = Verilog.Signal("valid_o", .bit)
  let isBreak = Verilog.Signal("break_o", .bit)

  private let synchronizer = Verilog.Signal("synchronizer_q", .unsigned(2))
  private let state = Verilog.Signal("state_q", .unsigned(2))
  private let number = Verilog.Signal("number_q", .unsigned(4))
  private let bits = Verilog.Signal("bits_q", .unsigned(8))
  private let isDone = Verilog.Signal("is_done_q", .bit)
  private let isBroken = Verilog.Signal("is_broken_q", .bit)
  private var timer: Verilog.Signal { Verilog.Signal("timer_q", .address(of: cyclesPerBit)) }

  private var sampled: Verilog.Expression {
    synchronizer.reference.slice(1, bits: 1).value
  }

  private func set(_ signal: Verilog.Signal, _ number: Int) -> Verilog.Statement {
    .assign(signal.reference, .literal(number, signal.type))
  }

  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    try Verilog.Module(
      "uart_receiver",
      summary: [
        "Bytes from a serial line, \(cyclesPerBit) cycles for each bit: a start bit, 8 data bits from the lowest "
          + "on, a stop bit. valid_o is high for a cycle with each byte.",
        "break_o is high for a cycle where the stop bit is missing: a break, or a byte that is damaged.",
      ],
      ports: [
        .input(ClockedPorts.clock), .input(ClockedPorts.reset), .input(line), .output(byte),
        .output(valid), .output(isBreak),
      ],
      sections: [synchronizing, receiving]
    )
  }

  private var synchronizing: Verilog.Section {
    Verilog.Section(
      "The line belongs to another clock; it rests high.",
      registers: [synchronizer],
      [
        .initial([set(synchronizer, 3)]),
        .clocked(
          ClockedPorts.clock,
          [
            .assign(
              synchronizer.reference,
              .concatenation([synchronizer.reference.slice(0, bits: 1).value, line.value])
            )
          ]
        ),
      ]
    )
  }

  private var receiving: Verilog.Section {
    Verilog.Section(
      "state: 0 waits for a start bit, 1 samples every bit in its middle, 2 waits for the end of a break.",
      registers: [state, number, bits, timer, isDone, isBroken],
      [
        .clocked(
          ClockedPorts.clock,
          [
            set(isDone, 0), set(isBroken, 0),
            .when(
              ~ClockedPorts.reset.value,
              [state.cleared, number.cleared, timer.cleared, bits.cleared],
              otherwise: [
                .select(
                  state.value,
                  [
                    .init(.literal(0, state.type), waiting),
                    .init(
                      .literal(1, state.type),
                      [.when(timer.equals(0), sampling, otherwise: [timer.decreased])]
                    ),
                  ],
                  otherwise: [.when(sampled, [state.cleared])]
                )
              ]
            ),
          ]
        ),
        .assign(byte.reference, bits.value), .assign(valid.reference, isDone.value),
        .assign(isBreak.reference, isBroken.value),
      ]
    )
  }

  private var waiting: [Verilog.Statement] {
    [.when(~sampled, [set(state, 1), number.cleared, set(timer, cyclesPerBit / 2 - 1)])]
  }

  /// What the middle of a bit means: the start, data, or the stop.
  private var sampling: [Verilog.Statement] {
    [
      set(timer, cyclesPerBit - 1), number.increased,
      .when(
        number.equals(0),
        [.when(sampled, [state.cleared])],
        otherwise: [
          .when(
            number.equals(9),
            [
              .when(
                sampled,
                [set(isDone, 1), state.cleared],
                otherwise: [set(isBroken, 1), set(state, 2)]
              )
            ],
            otherwise: [
              .assign(
                bits.reference,
                .concatenation([sampled, bits.reference.slice(1, bits: 7).value])
              )
            ]
          )
        ]
      ),
    ]
  }
}
