import Intaglio
import IntaglioData
import IntaglioGraph
import IntaglioHardware
import IntaglioQuantize
import IntaglioTestSupport
import Testing

@Suite("The machine equals programs of post-training quantization", .needsTools)
struct QuantizedMachineTests {
  /// A float model with a hidden channel of large weights, quantized.
  static func program(bits: Int, without methods: Set<QuantizeOptions.Method>) throws -> Program {
    let folder = try TemporaryFolder()
    var checkpoint = Checkpoint.timm
    let name = "blocks.0.mlp.fc2.weight"
    var weights = Checkpoint.numbers(name, 16 * 48)
    for row in 0..<16 { weights[row * 48 + 5] *= 64 }
    checkpoint.values[name] = weights
    let model = try Model(contentsOf: checkpoint.write(to: folder))
    var options = QuantizeOptions(weights: bits, activations: bits)
    options.without = methods
    let images = try DataSet.open(directory: folder.writeImages(12), limit: 12)
    return try QuantizedModel(model, options, calibration: images).program
  }

  @Test(
    "a block with every method, and without those that cost hardware; units for all lanes, or for some",
    arguments: [
      (3, [], Simulator.icarus, 4), (3, [], .icarus, 2), (2, [.outlierChannels], .verilator, 4),
      (5, [.relativeSoftmax], .icarus, 1),
    ] as [(Int, Set<QuantizeOptions.Method>, Simulator, Int)]
  )
  func block(
    bits: Int,
    without methods: Set<QuantizeOptions.Method>,
    simulator: Simulator,
    lanes: Int
  ) throws {
    let program = try Self.program(bits: bits, without: methods)
    let module = try HardwareModule(
      program,
      part: .block(0),
      tile: 4,
      options: MachineOptions(rowLanes: .count(lanes), drainLanes: .count(lanes))
    )
    let works = module.panels.steps.map(\.work.title)
    let isRelative = !methods.contains(.relativeSoftmax)
    #expect(works.contains("row thresholds") == isRelative)
    #expect(works.contains("product, quotient") == isRelative)
    let streams = works.count { $0 == "product, residual stream" }
    #expect(streams == (methods.contains(.outlierChannels) ? 2 : 3))
    let vectors = try module.vectors(SmallProgram.samples(program, 2), threads: 2)
    let folder = try TemporaryFolder()
    let result = try module.verify(
      vectors,
      simulator: simulator,
      stalls: 200,
      seed: 7,
      in: folder.path
    )
    #expect(result.result.compared == 2 * 5 * 16)
    #expect(result.isEqual, "\(result.result)")
  }
}
