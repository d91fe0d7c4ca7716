import BigInt
import IntaglioNumerics

// What is done with the powers of a row.

extension SoftmaxUnit {
  private var row: Signal { Signal("powers_q", exponential.power, depth: count) }
  private var step: Signal { Signal("step_q", quantizer.step) }
  private var offset: Signal { Signal("offset_q", quantizer.offset) }

  /// The powers of the row and their sum.
  func sums() -> Verilog.Section {
    let isFirst = writtenPlace.equals(0)
    let before = Verilog.Expression.literal(0, sum.type).when(isFirst, otherwise: sum.value)
    return Verilog.Section(
      "The powers are stored and added.",
      registers: [row, sum],
      [
        ClockedPorts.clocked([
          .when(
            written.value,
            [
              .assign(row[writtenPlace.value], power.value),
              .assign(sum.reference, before + power.reference.extended(to: sum.type)),
            ]
          )
        ])
      ]
    )
  }

  /// The sum, which is multiplied once for a row.
  func scaling() -> [Verilog.Section] {
    var pipeline = Pipeline()
    let scaled = quantizer.scaled(
      sum,
      quantizer.p.differs ? parameter(quantizer.p) : nil,
      &pipeline
    )
    func assign(_ register: Signal, _ factor: Int) -> Verilog.Statement {
      .assign(
        register.reference,
        scaled.extended(to: register.type) * .literal(factor, register.type)
      )
    }
    pipeline.append(
      Verilog.Section(
        "step = 2 * scaled and offset = \(quantizer.offsetFactor) * scaled, which stay while codes leave.",
        registers: [step, offset],
        [
          ClockedPorts.clocked([
            .when(
              phase(.scaling),
              [assign(step, 2), assign(offset, quantizer.offsetFactor)]
            )
          ])
        ]
      )
    )
    return pipeline.sections
  }

  /// Every power is read again and gets its code.
  func codes() throws(Verilog.ModuleError) -> Verilog.Section {
    let read = Signal("read_power_q", exponential.power)
    let tokens = Signal("code_token_q", .unsigned(quantizer.latency + 1))
    return Verilog.Section(
      "Codes: every power against multiples of step, \(quantizer.latency) cycles deep.",
      registers: [read, tokens],
      [
        ClockedPorts.clocked([.assign(read.reference, row[place.value].value)]),
        ClockedPorts.clocked(
          reset: [tokens.cleared],
          [
            .assign(
              tokens.reference,
              .concatenation([
                tokens.reference.slice(0, bits: tokens.type.bits - 1).value, phase(.codes),
              ])
            )
          ]
        ),
        .instance(
          Verilog.Instance(
            "quantizer",
            of: try quantizer.module(),
            inputs: [
              ClockedPorts.clock.name: ClockedPorts.clock.value,
              ClockedPorts.enable.name: ClockedPorts.enable.value,
              "power_i": read.value, "step_i": step.value, "offset_i": offset.value,
            ],
            outputs: ["code_o": codeOut.reference]
          )
        ),
        .assign(
          validOut.reference,
          tokens.reference.slice(Verilog.Affine(tokens.type.bits - 1), bits: 1).value
        ),
      ]
    )
  }
}
