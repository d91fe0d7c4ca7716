import Intaglio
import IntaglioHardware
import IntaglioTestSupport
import Testing

@Suite("tlast of the input: not needed, and a wrong one costs one input and is told", .needsTools)
struct FramingTests {
  private static func run(
    broken: Int = 0,
    marksLast: Bool = true,
    _ simulator: Simulator = .icarus
  ) throws -> (result: StreamResult, compared: Int, latency: Int) {
    let program = try SmallProgram.architecture(bits: 3)
    let module = try HardwareModule(program, part: .mlp(0), tile: 4)
    let vectors = try module.vectors(SmallProgram.samples(program, 2), threads: 2)
    let bench = StreamBench(
      module.design.top,
      laneBits: module.machine.laneBits,
      inputs: vectors.inputs,
      outputs: vectors.outputs,
      stalls: 200,
      broken: Array(vectors.inputs[1].prefix(broken)),
      marksLast: marksLast,
      patience: 1_000_000
    )
    let result = try simulator.run(
      bench,
      images: module.design.images,
      in: TemporaryFolder().path
    )
    return (result, 2 * 5 * 64, module.machine.timing.latency)
  }

  @Test("a sender without tlast gets the same answers", arguments: [true, false])
  func optional(marksLast: Bool) throws {
    let run = try Self.run(marksLast: marksLast)
    #expect(run.result.isEqual && run.result.compared == run.compared, "\(run.result)")
  }

  @Test(
    "an input that is broken off is dropped, the next ones are answered, and error_o stays high",
    arguments: [(1, Simulator.icarus), (77, .icarus), (127, .verilator)]
  )
  func early(broken: Int, simulator: Simulator) throws {
    let run = try Self.run(broken: broken, simulator)
    #expect(run.result.mismatched == 0 && run.result.misplaced == 0, "\(run.result)")
    #expect(run.result.compared == run.compared)
    #expect(run.result.cycles == run.latency...run.latency)
    #expect(run.result.reportsError && !run.result.isEqual)
  }
}
