import BigInt
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Elements that ours are compared with do what their models say")
struct BaselineElementTests {
  static let formats = [
    FloatMultiplyAdd(operand: .fp16, sum: .fp16), FloatMultiplyAdd(operand: .bf16, sum: .fp32),
    FloatMultiplyAdd(operand: .fp32, sum: .fp32),
    FloatMultiplyAdd(
      operand: FloatFormat(exponentBits: 4, fractionBits: 3),
      sum: FloatFormat(exponentBits: 5, fractionBits: 5)
    ),
  ]

  /// Operands near each other and far, zeros, the least and the greatest numbers.
  private static func patterns(
    _ format: FloatFormat,
    _ generator: inout SplitMix64
  ) -> UInt32 {
    let sign = UInt32.random(in: 0...1, using: &generator) << (format.bits - 1)
    let fraction = UInt32.random(in: 0..<1 << format.fractionBits, using: &generator)
    let exponents = [
      0, 1, format.greatestExponent, format.bias, format.bias + 1,
      Int.random(in: 0...format.greatestExponent, using: &generator),
      Int.random(in: format.bias - 3...format.bias + 2, using: &generator),
      Int.random(in: format.bias - 3...format.bias + 2, using: &generator),
    ]
    let exponent = UInt32(exponents.randomElement(using: &generator) ?? 0)
    let corner: [UInt32] = [fraction, 0, (1 << format.fractionBits) - 1]
    let chosen = corner[[0, 0, 0, 1, 2].randomElement(using: &generator) ?? 0]
    return sign | exponent << format.fractionBits | chosen
  }

  @Test("floating-point elements, with corner cases", .needsTools, arguments: formats.indices)
  func floating(_ index: Int) throws {
    let arithmetic = Self.formats[index]
    var generator = SplitMix64(seed: UInt64(index))
    let tiles = (0..<300).map { tile in
      FloatTile(
        rows: (0..<1 + tile % 7).map { _ in Self.patterns(arithmetic.operand, &generator) },
        columns: (0..<1 + tile % 7).map { _ in Self.patterns(arithmetic.operand, &generator) }
      )
    }
    let trace = try FloatingElement(arithmetic).trace(of: tiles)
    try Play(traces: [trace.stalled(perThousand: 50, seed: 3)]).expectAgreement(in: .icarus)
  }

  @Test("the dequantizing element sums up scaled codes", .needsTools)
  func dequantizing() throws {
    let stream = RandomStream(seed: 8).stream(.u(3), .i(3), slices: 9, tiles: 40)
    let subject = try PowerSubject.dequantizeFirst(stream, rowScale: 255, columnScale: 129)
    try Play(traces: [subject.trace.stalled(perThousand: 50, seed: 3)]).expectAgreement(in: .icarus)
  }

  @Test("our element as it is measured is the array's", .needsTools)
  func ours() throws {
    let stream = RandomStream(seed: 9).stream(.i(4), .i(2), slices: 1, tiles: 60)
    let subject = try PowerSubject.outputStationary(stream)
    try Play(traces: [subject.trace.stalled(perThousand: 50, seed: 3)]).expectAgreement(in: .icarus)
  }

  @Test("the weight-stationary element adds to the sum from above", .needsTools)
  func weightStationary() throws {
    let stream = RandomStream(seed: 10).stream(.u(3), .i(3), slices: 5, tiles: 30)
    let subject = try PowerSubject.weightStationary(stream)
    try Play(traces: [subject.trace.stalled(perThousand: 50, seed: 3)]).expectAgreement(in: .icarus)
  }

  @Test("no tool complains", .needsTools, arguments: Tool.allCases)
  func lint(_ tool: Tool) throws {
    let dequantizing = DequantizingElement(row: .u(3), column: .i(3), accumulator: .i(28))
    let stationary = WeightStationaryElement(
      activation: .u(3),
      weight: .i(3),
      accumulator: .i(12)
    )
    let modules =
      try Self.formats.map { try FloatingElement($0).module() } + [
        dequantizing.module(), stationary.module(),
      ]
    try expectNoComplaint(modules, tool)
  }
}

/// Streams of random codes.
struct RandomStream {
  let seed: UInt64

  func stream(
    _ row: IntegerType,
    _ column: IntegerType,
    slices: Int,
    tiles: Int
  ) -> OperandStream {
    var generator = SplitMix64(seed: seed)
    return OperandStream(
      "random",
      row: row,
      column: column,
      accumulator: .i(row.bits + column.bits + 5),
      tiles: (0..<tiles).map { _ in
        OperandStream.Tile(
          rows: (0..<slices).map { _ in Int.random(in: row.range, using: &generator) },
          columns: (0..<slices).map { _ in Int.random(in: column.range, using: &generator) }
        )
      }
    )
  }
}
