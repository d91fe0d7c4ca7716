import BigInt
import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("Sums in blocks are sums")
struct BlockSumTests {
  /// Widths around the ends of blocks.
  private static let widths = [1, 2, 31, 32, 33, 79, 80, 81, 127, 128, 129, 200]

  /// A register behind a sum of `bits` bits.
  private static func module(_ bits: Int) throws -> Verilog.Module {
    let type = Verilog.SignalType.unsigned(bits)
    let (a, b) = (Verilog.Signal("a_i", type), Verilog.Signal("b_i", type))
    let carry = Verilog.Signal("carry_i", .bit)
    let (found, out) = (Verilog.Signal("sum_q", type), Verilog.Signal("sum_o", type))
    let sum = BlockSum(Verilog.Signal("sum", type), a, b, carry: carry.value)
    return try Verilog.Module(
      "block_sum_\(bits)",
      summary: ["a + b + carry."],
      ports: ClockedPorts.withoutReset + [a, b, carry].map(Verilog.Port.input) + [.output(out)],
      sections: [
        Verilog.Section(
          "The sum.",
          wires: sum.wires,
          registers: [found],
          sum.items + [
            ClockedPorts.clocked([.assign(found.reference, sum.sum.value)]),
            .assign(out.reference, found.value),
          ]
        ), .unused(sum.unused),
      ]
    )
  }

  private static func play() throws -> Play {
    var generator = SplitMix64(seed: 1)
    return Play(
      traces: try widths.map { bits in
        let all = BigUInt(1) << bits - 1
        let random = (0..<40).map { _ in
          (0..<2).map { _ in BigUInt.randomInteger(withMaximumWidth: bits, using: &generator) }
        }
        // A carry that goes all the way, from every bit on.
        let long = (0..<bits).map { [all, BigUInt(1) << $0] } + [[all, 0], [0, 0], [all, all]]
        let operands = (random + long).flatMap { pair in [0, 1].map { pair + [BigUInt($0)] } }
        return Trace(
          pipeline: try module(bits),
          latency: 1,
          operands: operands,
          results: operands.map { ($0[0] + $0[1] + $0[2]) & all }
        )
      }
    )
  }

  @Test("every width, with carries that go all the way", .needsTools)
  func sums() throws { try Self.play().expectAgreement(in: .icarus) }

  @Test("no tool complains", .needsTools, arguments: Tool.allCases)
  func lint(_ tool: Tool) throws {
    try expectNoComplaint(try Self.widths.map(Self.module), tool)
  }
}
