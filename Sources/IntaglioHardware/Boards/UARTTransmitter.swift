/// Bytes onto a serial line: 8 data bits, the lowest first, no parity, one stop bit.
struct UARTTransmitter {
  /// Clock cycles for each bit.
  let cyclesPerBit: Int

  let byte = Verilog.Signal("byte_i", .unsigned(8))
  let valid = Verilog.Signal("valid_i", .bit)
  let ready = Verilog.Signal("ready_o", .bit)
  let line = Verilog.Signal("tx_o", .bit)

  private let level = Verilog.Signal("level_q", .bit)
  private let bits = Verilog.Signal("bits_q", .unsigned(9))
  private let left = Verilog.Signal("left_q", .unsigned(4))
  private var timer: Verilog.Signal { Verilog.Signal("timer_q", .address(of: cyclesPerBit)) }

  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let restart = Verilog.Statement.assign(
      timer.reference,
      .literal(cyclesPerBit - 1, timer.type)
    )
    return try Verilog.Module(
      "uart_transmitter",
      summary: [
        "Bytes onto a serial line, \(cyclesPerBit) cycles for each bit: a start bit, 8 data bits from the lowest on, "
          + "a stop bit. A byte is taken in a cycle in which valid_i and ready_o are high."
      ],
      ports: [
        .input(ClockedPorts.clock), .input(ClockedPorts.reset), .input(byte), .input(valid),
        .output(ready), .output(line),
      ],
      sections: [
        Verilog.Section(
          "left: bits that are not over; level: the one on the line, which rests high.",
          registers: [level, bits, left, timer],
          [
            .initial([.assign(level.reference, .bit(true))]),
            .assign(ready.reference, left.equals(0)), .assign(line.reference, level.value),
            .clocked(
              ClockedPorts.clock,
              [
                .when(
                  ~ClockedPorts.reset.value,
                  [
                    .assign(level.reference, .bit(true)), bits.cleared, left.cleared,
                    timer.cleared,
                  ],
                  otherwise: [
                    .when(
                      left.equals(0),
                      [
                        .when(
                          valid.value,
                          [
                            .assign(level.reference, .bit(false)),
                            .assign(
                              bits.reference,
                              .concatenation([.literal(1, .bit), byte.value])
                            ),
                            .assign(left.reference, .literal(10, left.type)), restart,
                          ]
                        )
                      ],
                      otherwise: [
                        .when(timer.equals(0), [restart] + next, otherwise: [timer.decreased])
                      ]
                    )
                  ]
                )
              ]
            ),
          ]
        )
      ]
    )
  }

  private var next: [Verilog.Statement] {
    [
      .assign(level.reference, bits.reference.slice(0, bits: 1).value),
      .assign(
        bits.reference,
        .concatenation([.literal(1, .bit), bits.reference.slice(1, bits: 8).value])
      ),
      left.decreased,
    ]
  }
}
