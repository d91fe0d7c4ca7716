import BigInt
import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import Testing

@Suite("Requantization")
struct RequantizationTests {
  /// One channel per column; the accumulators run down the rows.
  static func program(
    _ seed: UInt64,
    bits: Int,
    channels: Int
  ) throws -> (graph: Graph, requantizer: Requantizer) {
    var random = SplitMix64(seed: seed)
    func ratios(_ magnitude: Int) -> Scale {
      let values = (0..<channels).map { channel in
        let sign = Bool.random(using: &random) ? -1 : 1
        // Every other channel has exact ties.
        let denominator = channel % 2 == 0 ? 1 << Int.random(in: 1...7, using: &random) : 977
        return Rational(sign * Int.random(in: 1...magnitude, using: &random), over: denominator)
      }
      return Scale(values, shape: [channels])
    }
    let zeros = (0..<channels).map { _ in Int.random(in: -9...9, using: &random) }
    let requantizer = Requantizer(
      IntegerType(bits: bits, signed: seed % 2 == 0),
      multiplier: ratios(60),
      offset: ratios(900),
      zeroPoint: ZeroPoint(zeros, shape: [channels])
    )
    var graph = Graph()
    let type = ValueType(.integer(.i(12)), [4096, channels])
    let x = try graph.append(.input(name: "x", type))
    graph.addOutput("y", try graph.append(.requantize(requantizer), x))
    return (graph, requantizer)
  }

  /// clamp(round(m·a + b) + z), half to even, in ratios.
  static func code(_ requantizer: Requantizer, _ accumulator: Int, channel: Int) -> Int {
    func at<T>(_ broadcast: Broadcast<T>) -> T { broadcast.uniform ?? broadcast.values[channel] }
    let real = at(requantizer.multiplier) * Rational(accumulator) + at(requantizer.offset)
    let range = requantizer.type.range
    let rounded = Int(real.roundedHalfEven) + at(requantizer.zeroPoint)
    return min(max(rounded, range.lowerBound), range.upperBound)
  }

  @Test(
    "every accumulator gets the code of the definition, by every kernel",
    arguments: [1, 2, 3, 4, 5, 6, 7, 8, 9, 14],
    InstructionSet.supported
  )
  func exact(bits: Int, instructionSet: InstructionSet) throws {
    for seed in 0..<4 as Range<UInt64> {
      let channels = 5
      let (graph, requantizer) = try Self.program(seed, bits: bits, channels: channels)
      let plan = try Plan(
        IntegerGraph(verifying: graph),
        kernels: KernelTable(limit: instructionSet)
      )
      let accumulators = (-2048..<2048).flatMap { Array(repeating: Float($0), count: channels) }
      let found = try Executor(plan).run(accumulators, count: plan.batch)
      let expected = (-2048..<2048).flatMap { accumulator in
        (0..<channels).map { Float(Self.code(requantizer, accumulator, channel: $0)) }
      }
      #expect(found == expected, "seed \(seed)")
    }
  }
}
