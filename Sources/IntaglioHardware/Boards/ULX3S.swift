/// A machine on the ULX3S, an open board with a Lattice ECP5: bytes over the USB serial port.
///
/// The clock is the board's of 25 MHz, without a PLL; the serial line has 1 Mbaud, which is 25 cycles for a bit.
struct ULX3S {
  let machine: TileMachine
  var cyclesPerBit = ULX3S.clock / ULX3S.baud

  static let clock = 25_000_000
  static let baud = 1_000_000
  /// Cycles of the reset behind the configuration of the chip.
  private static let resetCycles = 255

  private typealias Signal = Verilog.Signal

  private let clock = Signal("clk_25mhz", .bit)
  private let fromHost = Signal("ftdi_txd", .bit)
  private let toHost = Signal("ftdi_rxd", .bit)
  private let button = Signal("fire1", .bit)
  private let lights = Signal("led", .unsigned(8))
  private let boot = Signal("wifi_gpio0", .bit)

  private let counter = Signal("counter_q", .unsigned(8))
  private let running = Signal("running_q", .bit)
  private let pressed = Signal("pressed_q", .unsigned(2))
  private let machineRuns = Signal("machine_runs_q", .bit)

  private let received = Signal("received", .unsigned(8))
  private let receives = Signal("receives", .bit)
  private let breaks = Signal("breaks", .bit)
  private let loses = Signal("loses", .bit)
  private var word: Signal { Signal("word", machine.inputData.type) }
  private let offers = Signal("offers", .bit)
  private let takes = Signal("takes", .bit)
  private var answer: Signal { Signal("answer", machine.outputData.type) }
  private let answers = Signal("answers", .bit)
  private let fetches = Signal("fetches", .bit)
  private let isLast = Signal("is_last", .bit)
  private let error = Signal("error", .bit)
  private let sent = Signal("sent", .unsigned(8))
  private let sends = Signal("sends", .bit)
  private let sending = Signal("sending", .bit)
  private let hasLost = Signal("has_lost_q", .bit)
  private let wasBroken = Signal("was_broken_q", .bit)
  private let beats = Signal("beats_q", .unsigned(24))

  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    try Verilog.Module(
      "ulx3s",
      summary: [
        "The machine on a ULX3S, over the USB serial port with 8 data bits, no parity, one stop bit, \(cyclesPerBit) "
          + "cycles of 25 MHz for each.",
        "Bytes of s_axis words come in, the lowest first, \(machine.beatsIn) words of "
          + "\(machine.inputData.type.bits / 8) bytes for an input; \(machine.beatsOut) words go back the same way. The next "
          + "input is sent when the result is there.",
        "A break, or fire1, resets everything. led: 0 takes inputs, 1 works, 2 answers, 3 error_o, 4 a byte was lost, 5 "
          + "there was a break, 7 blinks.",
      ],
      ports: [clock, fromHost, button].map(Verilog.Port.input)
        + [toHost, lights, boot].map(Verilog.Port.output),
      sections: Verilog.Section.declaredFirst(
        "What is kept, and what passes between the parts.",
        [resetting, try parts(), showing, .unused([isLast])]
      )
    )
  }

  private var resetting: Verilog.Section {
    let isPressed = pressed.reference.slice(1, bits: 1).value
    return Verilog.Section(
      "The chip begins with these values: reset for some cycles, then again by a break or the button. wifi_gpio0 is "
        + "held high, or the board's other processor takes the chip over.",
      registers: [counter, running, pressed, machineRuns],
      [
        .initial([
          counter.cleared, running.cleared, pressed.cleared, machineRuns.cleared,
        ]),
        .assign(boot.reference, .bit(true)),
        .clocked(
          clock,
          [
            .assign(
              pressed.reference,
              .concatenation([pressed.reference.slice(0, bits: 1).value, button.value])
            ),
            .when(
              isPressed,
              [counter.cleared],
              otherwise: [.when(~counter.equals(Self.resetCycles), [counter.increased])]
            ),
            .assign(running.reference, counter.equals(Self.resetCycles)),
            .assign(machineRuns.reference, running.value & ~breaks.value),
          ]
        ),
      ]
    )
  }

  private func parts() throws(Verilog.ModuleError) -> Verilog.Section {
    let (receiver, transmitter) = (
      UARTReceiver(cyclesPerBit: cyclesPerBit), UARTTransmitter(cyclesPerBit: cyclesPerBit)
    )
    let (packer, unpacker) = (
      BytePacker(bits: word.type.bits), ByteUnpacker(bits: answer.type.bits)
    )
    return Verilog.Section(
      "From the line to the machine and back.",
      wires: [
        received, receives, breaks, loses, word, offers, takes, answer, answers, fetches, isLast,
        error, sent, sends, sending,
      ],
      [
        .part(
          "uart_receiver",
          of: try receiver.module(),
          clock: clock,
          reset: running,
          [(receiver.line, fromHost.value)],
          [(receiver.byte, received), (receiver.valid, receives), (receiver.isBreak, breaks)]
        ),
        .part(
          "byte_packer",
          of: try packer.module(),
          clock: clock,
          reset: machineRuns,
          [
            (packer.byte, received.value), (packer.byteValid, receives.value),
            (packer.wordReady, takes.value),
          ],
          [(packer.word, word), (packer.wordValid, offers), (packer.lost, loses)]
        ),
        .part(
          "tile_machine",
          of: try machine.module(),
          clock: clock,
          reset: machineRuns,
          [
            (machine.inputData, word.value), (machine.inputValid, offers.value),
            (machine.inputLast, .bit(false)), (machine.outputReady, fetches.value),
          ],
          [
            (machine.inputReady, takes), (machine.outputData, answer),
            (machine.outputValid, answers), (machine.outputLast, isLast),
            (machine.error, error),
          ]
        ),
        .part(
          "byte_unpacker",
          of: try unpacker.module(),
          clock: clock,
          reset: machineRuns,
          [
            (unpacker.word, answer.value), (unpacker.wordValid, answers.value),
            (unpacker.byteReady, sending.value),
          ],
          [(unpacker.wordReady, fetches), (unpacker.byte, sent), (unpacker.byteValid, sends)]
        ),
        .part(
          "uart_transmitter",
          of: try transmitter.module(),
          clock: clock,
          reset: machineRuns,
          [(transmitter.byte, sent.value), (transmitter.valid, sends.value)],
          [(transmitter.ready, sending), (transmitter.line, toHost)]
        ),
      ]
    )
  }

  private var showing: Verilog.Section {
    Verilog.Section(
      "Lights.",
      registers: [hasLost, wasBroken, beats],
      [
        .initial([beats.cleared]),
        .clocked(
          clock,
          [
            beats.increased,
            .when(
              ~running.value,
              [hasLost.cleared, wasBroken.cleared],
              otherwise: [
                .when(loses.value, [.assign(hasLost.reference, .bit(true))]),
                .when(breaks.value, [.assign(wasBroken.reference, .bit(true))]),
              ]
            ),
          ]
        ),
        .assign(
          lights.reference,
          .concatenation([
            beats.reference.slice(23, bits: 1).value, .bit(false), wasBroken.value,
            hasLost.value, error.value, answers.value, ~takes.value & ~answers.value, takes.value,
          ])
        ),
      ]
    )
  }

  /// The board's pins, as its makers publish them.
  static let constraints: String = {
    let pins =
      [
        ("clk_25mhz", "G2", "PULLMODE=NONE"), ("ftdi_txd", "M1", "PULLMODE=UP"),
        ("ftdi_rxd", "L4", "PULLMODE=UP DRIVE=4"), ("fire1", "R1", "PULLMODE=DOWN"),
        ("wifi_gpio0", "L2", "PULLMODE=NONE DRIVE=4"),
      ]
      + ["B2", "C2", "C1", "D2", "D1", "E2", "E1", "H3"].enumerated().map {
        ("led[\($0.offset)]", $0.element, "PULLMODE=NONE DRIVE=4")
      }
    let head = """
      # ULX3S, versions 2 and 3: Lattice ECP5 in its package of 381 balls (LFE5U-12F to LFE5U-85F).
      # ftdi_txd: what the computer sends; ftdi_rxd: what it receives.
      FREQUENCY PORT "clk_25mhz" 25 MHZ;

      """
    return head
      + pins.map { name, site, kind in
        "LOCATE COMP \"\(name)\" SITE \"\(site)\";\n"
          + "IOBUF PORT \"\(name)\" IO_TYPE=LVCMOS33 \(kind);\n"
      }.joined()
  }()
}
