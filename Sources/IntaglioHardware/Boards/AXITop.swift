/// A machine as block designs take it: AXI4-Streams, clock and reset by their usual names, and registers on
/// AXI4-Lite.
struct AXITop {
  let machine: TileMachine
  /// The first 64 bits of the program's SHA-256.
  let identity: UInt64

  private typealias Signal = Verilog.Signal

  private let clock = Signal("aclk", .bit)
  private let reset = Signal("aresetn", .bit)
  private let machineRuns = Signal("machine_runs_q", .bit)
  private let resets = Signal("resets", .bit)
  private let error = Signal("error", .bit)
  private let status = Signal("status", .unsigned(4))
  private let results = Signal("results_q", .unsigned(32))
  private let takes = Signal("takes", .bit)
  private let answers = Signal("answers", .bit)
  private let isLast = Signal("is_last", .bit)

  var registers: RegisterBlock {
    RegisterBlock(constants: [
      ("program, upper half", Int(identity >> 32)),
      ("program, lower half", Int(identity & 0xffff_ffff)),
      ("lanes of a beat", machine.shape.array.columns), ("bits of a lane", machine.laneBits),
      ("beats of an input", machine.beatsIn), ("beats of a result", machine.beatsOut),
      ("cycles", machine.timing.latency),
    ])
  }

  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let registers = registers
    let weights = machine.hasLoadableWeights ? machine.weightPorts : []
    return try Verilog.Module(
      "intaglio_axi",
      summary: [
        "The machine with AXI4-Streams, clock and reset by their usual names, and registers on AXI4-Lite.",
        "aresetn is synchronous. The control register resets the machine and nothing else.",
      ],
      ports: [.input(clock), .input(reset)]
        + [machine.inputData, machine.inputValid, machine.inputLast, machine.outputReady].map(
          Verilog.Port.input
        )
        + [machine.inputReady, machine.outputData, machine.outputValid, machine.outputLast].map(
          Verilog.Port.output
        ) + weights + registers.busInputs.map(Verilog.Port.input)
        + registers.busOutputs.map(Verilog.Port.output),
      sections: Verilog.Section.declaredFirst(
        "What is kept, and what passes between the parts.",
        [try controlling(registers), try working(weights), counting]
      )
    )
  }

  private func controlling(
    _ block: RegisterBlock
  ) throws(Verilog.ModuleError) -> Verilog.Section {
    Verilog.Section(
      "Registers. status: 0 takes inputs, 1 works, 2 answers, 3 error_o.",
      wires: [resets, status],
      registers: [machineRuns],
      [
        .assign(
          status.reference,
          .concatenation([
            error.value, answers.value, ~takes.value & ~answers.value, takes.value,
          ])
        ),
        .part(
          "register_block",
          of: try block.module(),
          clock: clock,
          reset: reset,
          [(block.status, status.value), (block.results, results.value)]
            + block.busInputs.map { ($0, $0.value) },
          [(block.resets, resets)] + block.busOutputs.map { ($0, $0) }
        ),
        .clocked(clock, [.assign(machineRuns.reference, reset.value & ~resets.value)]),
      ]
    )
  }

  private func working(
    _ weights: [Verilog.Port]
  ) throws(Verilog.ModuleError) -> Verilog.Section {
    func signals(_ direction: Verilog.Port.Direction) -> [Verilog.Signal] {
      weights.filter { $0.direction == direction }.map(\.signal)
    }
    return Verilog.Section(
      "The machine.",
      wires: [error, takes, answers, isLast],
      [
        .part(
          "tile_machine",
          of: try machine.module(),
          clock: clock,
          reset: machineRuns,
          ([machine.inputData, machine.inputValid, machine.inputLast, machine.outputReady]
            + signals(.input)).map { ($0, $0.value) },
          [
            (machine.inputReady, takes), (machine.outputData, machine.outputData),
            (machine.outputValid, answers), (machine.outputLast, isLast), (machine.error, error),
          ] + signals(.output).map { ($0, $0) }
        ),
        .assign(machine.inputReady.reference, takes.value),
        .assign(machine.outputValid.reference, answers.value),
        .assign(machine.outputLast.reference, isLast.value),
      ]
    )
  }

  private var counting: Verilog.Section {
    Verilog.Section(
      "Results that were taken since the reset.",
      registers: [results],
      [
        .clocked(
          clock,
          [
            .when(
              ~machineRuns.value,
              [results.cleared],
              otherwise: [
                .when(
                  answers.value & machine.outputReady.value & isLast.value,
                  [results.increased]
                )
              ]
            )
          ]
        )
      ]
    )
  }
}
