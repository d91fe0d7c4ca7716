/// What a machine is and does, as registers of 32 bits on an AXI4-Lite bus.
struct RegisterBlock {
  typealias Signal = Verilog.Signal

  /// A register that is read: its address in bytes, what it is called, and what it says.
  struct Register {
    let address: Int
    let name: String
    let value: Verilog.Expression
  }

  /// The address of the register that is written: bit 0 resets the machine.
  static let control = 0x2c
  /// "INTG".
  static let identification = 0x494e_5447
  /// Of the map of registers.
  static let version = 1

  /// What the machine is, a number each, by address.
  let constants: [(name: String, value: Int)]

  let status = Signal("status_i", .unsigned(4))
  let results = Signal("results_i", .unsigned(32))
  let resets = Signal("resets_o", .bit)

  let writeAddress = Signal("s_axi_awaddr", .unsigned(6))
  let writeAddressValid = Signal("s_axi_awvalid", .bit)
  let writeAddressReady = Signal("s_axi_awready", .bit)
  let writeData = Signal("s_axi_wdata", .unsigned(32))
  let writeStrobe = Signal("s_axi_wstrb", .unsigned(4))
  let writeValid = Signal("s_axi_wvalid", .bit)
  let writeReady = Signal("s_axi_wready", .bit)
  let response = Signal("s_axi_bresp", .unsigned(2))
  let responseValid = Signal("s_axi_bvalid", .bit)
  let responseReady = Signal("s_axi_bready", .bit)
  let readAddress = Signal("s_axi_araddr", .unsigned(6))
  let readAddressValid = Signal("s_axi_arvalid", .bit)
  let readAddressReady = Signal("s_axi_arready", .bit)
  let readData = Signal("s_axi_rdata", .unsigned(32))
  let readResponse = Signal("s_axi_rresp", .unsigned(2))
  let readValid = Signal("s_axi_rvalid", .bit)
  let readReady = Signal("s_axi_rready", .bit)

  var busInputs: [Signal] {
    [
      writeAddress, writeAddressValid, writeData, writeStrobe, writeValid, responseReady,
      readAddress, readAddressValid, readReady,
    ]
  }
  var busOutputs: [Signal] {
    [
      writeAddressReady, writeReady, response, responseValid, readAddressReady, readData,
      readResponse, readValid,
    ]
  }

  private let isAnswering = Signal("bvalid_q", .bit)
  private let isResetting = Signal("resets_q", .bit)
  private let isReading = Signal("rvalid_q", .bit)
  private let word = Signal("rdata_q", .unsigned(32))
  private let writes = Signal("writes", .bit)
  private let number = Signal("number", .unsigned(4))

  /// Every register that can be read.
  var registers: [Register] {
    let type = word.type
    let fixed =
      [("identification", Self.identification), ("version", Self.version)]
      + constants.map { ($0.name, $0.value) }
    return fixed.enumerated().map {
      Register(address: 4 * $0.offset, name: $0.element.0, value: .literal($0.element.1, type))
    } + [
      Register(address: 0x28, name: "status", value: status.reference.extended(to: type)),
      Register(address: 0x30, name: "results", value: results.value),
    ]
  }

  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    try Verilog.Module(
      "register_block",
      summary: [
        "Registers of 32 bits on AXI4-Lite; every answer is OKAY, and addresses without a register read 0.",
        registers.map { "0x\(String($0.address, radix: 16)) \($0.name)" }.joined(separator: ", ")
          + ", 0x\(String(Self.control, radix: 16)) control (written: bit 0 resets the machine).",
      ],
      ports: [.input(ClockedPorts.clock), .input(ClockedPorts.reset)]
        + ([status, results] + busInputs).map(Verilog.Port.input)
        + ([resets] + busOutputs).map(Verilog.Port.output),
      sections: [writing, reading, .unused([writeAddress, readAddress, writeData, writeStrobe])]
    )
  }

  private var writing: Verilog.Section {
    let isControl = writeAddress.reference.slice(2, bits: 4).value
      .equals(.literal(Self.control / 4, .unsigned(4)))
    let bit = { (signal: Signal) in signal.reference.slice(0, bits: 1).value }
    return Verilog.Section(
      "A write is taken with address and data together, when the answer to the one before is.",
      wires: [writes],
      registers: [isAnswering, isResetting],
      [
        .assign(
          writes.reference,
          writeAddressValid.value & writeValid.value & ~isAnswering.value
        ),
        .assign(writeAddressReady.reference, writes.value),
        .assign(writeReady.reference, writes.value),
        .assign(response.reference, .literal(0, response.type)),
        .assign(responseValid.reference, isAnswering.value),
        .assign(resets.reference, isResetting.value),
        .clocked(
          ClockedPorts.clock,
          [
            .when(
              ~ClockedPorts.reset.value,
              [isAnswering.cleared, isResetting.cleared],
              otherwise: [
                .assign(
                  isResetting.reference,
                  writes.value & isControl & bit(writeData) & bit(writeStrobe)
                ),
                .when(
                  writes.value,
                  [.assign(isAnswering.reference, .bit(true))],
                  otherwise: [.when(responseReady.value, [isAnswering.cleared])]
                ),
              ]
            )
          ]
        ),
      ]
    )
  }

  private var reading: Verilog.Section {
    let branches = registers.map { register in
      Verilog.Statement.Branch(
        .literal(register.address / 4, number.type),
        [.assign(word.reference, register.value)]
      )
    }
    return Verilog.Section(
      "A read is taken when the word before is.",
      wires: [number],
      registers: [isReading, word],
      [
        .assign(number.reference, readAddress.reference.slice(2, bits: 4).value),
        .assign(readAddressReady.reference, ~isReading.value),
        .assign(readData.reference, word.value),
        .assign(readResponse.reference, .literal(0, readResponse.type)),
        .assign(readValid.reference, isReading.value),
        .clocked(
          ClockedPorts.clock,
          [
            .when(
              ~ClockedPorts.reset.value,
              [isReading.cleared, word.cleared],
              otherwise: [
                .when(
                  isReading.value,
                  [.when(readReady.value, [isReading.cleared])],
                  otherwise: [
                    .when(
                      readAddressValid.value,
                      [
                        .assign(isReading.reference, .bit(true)),
                        .select(number.value, branches, otherwise: [word.cleared]),
                      ]
                    )
                  ]
                )
              ]
            )
          ]
        ),
      ]
    )
  }
}
