import BigInt
import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("Streams in hardware are the oracle's")
struct ScaledSumRequantizerTests {
  private struct Case {
    let stream: ScaledSum
    let operands: [IntegerType]
    let unit: ScaledSumRequantizer
    static let channels = 6

    init(_ type: IntegerType, _ operands: [IntegerType], shifts: ClosedRange<Int>, seed: UInt64) {
      var generator = SplitMix64(seed: seed)
      func numbers(_ range: ClosedRange<Int>) -> Broadcast<Int> {
        Broadcast(
          (0..<Self.channels).map { _ in Int.random(in: range, using: &generator) },
          shape: [Self.channels]
        )
      }
      let shift = numbers(shifts)
      let largest = 1 << min(20, shifts.upperBound)
      stream = ScaledSum(
        type,
        multipliers: operands.map { _ in numbers(-largest...largest) },
        offset: numbers(-(largest << 6)...largest << 6),
        shift: shift
      )
      self.operands = operands
      unit = ScaledSumRequantizer(stream, operands: operands)
    }

    /// Random rows, rows of extremes, and small numbers, among which ties are frequent.
    func trace(seed: UInt64, changing field: Int? = nil) throws -> Trace {
      var generator = SplitMix64(seed: seed)
      let (channels, rows) = (Self.channels, 30)
      let elements = operands.map { type in
        (0..<rows * channels).map { index in
          switch index / channels % 3 {
          case 0: Int.random(in: type.range, using: &generator)
          case 1:
            Bool.random(using: &generator) ? type.range.lowerBound : type.range.upperBound
          default:
            Int.random(in: max(-4, type.range.lowerBound)...4, using: &generator)
          }
        }
      }
      let expected = IntegerFunction.scaledSum(stream).apply(to: elements, shape: [rows, channels])
      let places = (stream.multipliers + [stream.offset, stream.shift]).map {
        $0.expanded(over: [channels])
      }
      let operands = expected.indices.map { index -> [BigUInt] in
        let channel = index % channels
        var parameters = places.map { $0[channel] }
        if let field { parameters[field] ^= 1 }
        let shift = parameters.removeLast()
        let offset = parameters.removeLast()
        let word = unit.word(multipliers: parameters, offset: offset, shift: shift)
        return zip(elements, self.operands).map { pattern($0[index], .init($1)) } + [word.pattern]
      }
      return Trace(
        pipeline: try unit.module(),
        latency: unit.latency,
        operands: operands,
        results: expected.map { pattern($0, .init(stream.type)) }
      )
    }
  }

  private static let cases = [
    Case(.i(16), [.i(12)], shifts: 3...18, seed: 1),
    Case(.i(16), [.i(14), .i(16)], shifts: 0...12, seed: 2),
    // One shift for all is wired in; none at all is the plain sum.
    Case(.i(12), [.u(8), .i(12)], shifts: 7...7, seed: 3),
    Case(.i(24), [.i(20)], shifts: 0...0, seed: 4),
    Case(.u(8), [.i(9)], shifts: 1...4, seed: 5),
    // A shift of one bit; one of more bits than the result; an unsigned residual.
    Case(.i(8), [.u(4)], shifts: 0...1, seed: 7),
    Case(.i(12), [.i(10), .u(16)], shifts: 17...24, seed: 8),
    Case(.i(16), [.i(13), .i(16)], shifts: 0...31, seed: 9),
  ]

  static func play() throws -> Play {
    Play(
      traces: try cases.enumerated().map { index, item in
        try item.trace(seed: UInt64(index)).stalled(perThousand: 150, seed: 5)
      }
    )
  }

  @Test("random, extreme and tied sums", .needsTools)
  func equalsTheOracle() throws { try Self.play().expectAgreement(in: .icarus) }

  @Test("no tool complains", .needsTools, arguments: Tool.allCases)
  func lint(_ tool: Tool) throws {
    try expectNoComplaint(try Self.cases.map { try $0.unit.module() }, tool)
  }

  @Test(
    "a multiplier, an offset or a shift that is one off is caught",
    .needsTools,
    arguments: 0...2
  )
  func mutants(_ field: Int) throws {
    // Without a shift of its own the offset counts in the last place.
    let item = Case(.i(20), [.i(9)], shifts: 0...3, seed: 6)
    #expect(try mismatches(item.trace(seed: 1)) == 0)
    #expect(try mismatches(item.trace(seed: 1, changing: field)) > 0)
  }
}
