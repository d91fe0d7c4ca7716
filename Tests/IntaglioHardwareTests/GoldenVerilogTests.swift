import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import IntaglioTestSupport
import Testing

/// The text of small units as it was recorded: whatever changes it shows in a diff.
@Suite("Verilog is the recorded text")
struct GoldenVerilogTests {
  private static func expect(_ module: Verilog.Module, is name: String) throws {
    let text = try Verilog.Design(module).modules.map(\.text).joined(separator: "\n")
    try GoldenText.expect(text, is: "IntaglioHardware/\(name).v")
  }

  @Test("a 2 × 2 array, plain and with split sums behind a register")
  func array() throws {
    for (name, stages, splits) in [("array", 0, false), ("array_split", 1, true)] {
      let shape = try ArrayShape(
        rows: 2,
        columns: 2,
        rowOperand: .u(3),
        columnOperand: .i(3),
        accumulator: .i(12),
        productStages: stages,
        splitsSums: splits
      )
      try Self.expect(try SystolicArray(shape).module(), is: name)
    }
  }

  @Test("a LayerNorm of rows of four")
  func norm() throws {
    let ratios = [3, -5, 7, 11]
    let norm = IntegerNorm(
      isCentered: true,
      left: Broadcast([0, 1, 0, 2], shape: [4]),
      epsilon: Rational(3, over: 4096),
      requantizer: Requantizer(
        .u(3),
        multiplier: Scale(ratios.map { Rational($0, over: 8) }, shape: [4]),
        offset: Scale(ratios.map { Rational($0, over: 16) }, shape: [4]),
        zeroPoint: Broadcast([1, 0, 2, 1], shape: [4])
      )
    )
    let unit = try NormQuantizer("norm", [norm], count: 4, value: .i(6), digit: 4)
    try Self.expect(try unit.moduleWithMemory(), is: "norm")
  }

  @Test("a softmax of rows of four")
  func softmax() throws {
    let softmax = IntegerSoftmax(
      .base2(fractionBits: 4, tableBits: 8),
      .u(3),
      scale: Rational(3, over: 50),
      step: Rational(1, over: 7)
    )
    let unit = SoftmaxUnit("softmax", [softmax], row: 0, shape: [1, 4], score: .i(6))
    try Self.expect(try unit.module(), is: "softmax")
  }
}
