import Intaglio
import IntaglioHardware
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Operands that are wider than elements", .needsTools)
struct OperandDigitTests {
  /// Verifies a part of a small program on elements that take `digit` bits of an operand at once.
  private static func verify(
    bits: Int,
    _ part: HardwarePart,
    tile: Int,
    digit: Int,
    options: MachineOptions = MachineOptions(),
    simulator: Simulator = .icarus
  ) throws -> HardwareVerification {
    let program = try SmallProgram.architecture(bits: bits)
    var options = options
    options.operandDigit = digit
    let module = try HardwareModule(program, part: part, tile: tile, options: options)
    for tool in Tool.allCases {
      try Lint.check(module.design, with: tool, in: TemporaryFolder().path)
    }
    let vectors = try module.vectors(SmallProgram.samples(program, 1), threads: 2)
    let folder = try TemporaryFolder()
    return try module.verify(vectors, simulator: simulator, stalls: 100, seed: 9, in: folder.path)
  }

  @Test(
    "are taken digit by digit: equal bit for bit and cycle for cycle",
    arguments: [(8, 4, 4), (8, 8, 2), (8, 5, 3), (3, 4, 2), (6, 4, 5)]
  )
  func digits(bits: Int, tile: Int, digit: Int) throws {
    let result = try Self.verify(bits: bits, .attention(0), tile: tile, digit: digit)
    #expect(result.isEqual && result.result.compared == 5 * 64, "\(result.result)")
  }

  @Test("with a group of units, several products, loadable weights, tables of functions")
  func options() throws {
    let options = [
      MachineOptions(rowLanes: .count(2), drainLanes: .count(2)),
      MachineOptions(drainLanes: .count(1), products: 2),
      MachineOptions(productStages: 1, splitsSums: true, hasLoadableWeights: true),
    ]
    for options in options {
      let result = try Self.verify(bits: 8, .mlp(0), tile: 4, digit: 4, options: options)
      #expect(result.isEqual && result.result.compared == 5 * 64, "\(options): \(result.result)")
    }
  }

  @Test("a network of 3 bits with first and last layers of 8 keeps small elements")
  func network() throws {
    let result = try Self.verify(bits: 3, .network, tile: 8, digit: 4, simulator: .verilator)
    #expect(result.isEqual && result.result.compared == 1000, "\(result.result)")
    let program = try SmallProgram.architecture(bits: 3)
    func cost(_ digit: Int) throws -> MachineCost {
      let options = MachineOptions(operandDigit: digit)
      return MachineCost(
        try HardwareModule(program, part: .network, tile: 8, options: options).machine
      )
    }
    let wide = try cost(8)
    #expect(wide.rowOperand.bits >= 8 && wide.columnOperand.bits >= 8)
    for digit in [3, 4] {
      let narrow = try cost(digit)
      #expect(narrow.rowOperand.bits <= digit + 1 && narrow.columnOperand.bits <= digit + 1)
      #expect(narrow.cycles > wide.cycles && narrow.weightWidth <= digit + 1)
      #expect(narrow.multiplyAccumulates == wide.multiplyAccumulates)
    }
  }

  @Test("every number is the sum of its digits, each of its type")
  func sums() {
    for type in [1, 2, 3, 5, 8, 9].flatMap({ bits in
      [IntegerType(bits: bits, signed: true), IntegerType(bits: bits, signed: false)]
    }) {
      for width in 2...8 {
        let digits = OperandDigits(type, width: width)
        #expect(digits.count == 1 || type.bits > width)
        for number in type.range {
          let parts = (0..<digits.count).map { digits.digit($0, of: number) }
          let sum = parts.enumerated().reduce(0) { $0 + $1.element << (width * $1.offset) }
          #expect(sum == number, "\(type) \(width)")
          for (index, part) in parts.enumerated() {
            #expect(digits.type(of: index).range.contains(part), "\(type) \(width)")
            #expect(digits.type(of: index).bits <= width + 1)
          }
        }
      }
    }
  }

  @Test("digits of less than 2 or more than 8 bits are refused")
  func refused() throws {
    let program = try SmallProgram.architecture(bits: 3)
    for digit in [-1, 0, 1, 9] {
      #expect(throws: TileScheduleError.operandDigit(digit)) {
        try HardwareModule(
          program,
          part: .mlp(0),
          tile: 4,
          options: MachineOptions(operandDigit: digit)
        )
      }
    }
  }
}
