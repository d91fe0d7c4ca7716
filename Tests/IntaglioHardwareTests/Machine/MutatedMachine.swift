import BigInt
import Intaglio
import IntaglioHardware
import IntaglioTestSupport
import Testing

/// A small machine whose memories are damaged before it begins.
struct MutatedMachine {
  let module: HardwareModule
  private let vectors: HardwareVectors

  init(bits: Int, part: HardwarePart) throws {
    let program = try SmallProgram.architecture(bits: bits)
    module = try HardwareModule(program, part: part, tile: 4)
    vectors = try module.vectors(SmallProgram.samples(program, 1), threads: 2)
  }

  /// Whether an answer differs, comes in another cycle, or never, with the words of the memory `name` changed.
  func isCaught(_ name: String, _ change: ([BigUInt], Int) -> [BigUInt]) throws -> Bool {
    let bench = StreamBench(
      module.design.top,
      laneBits: module.machine.laneBits,
      inputs: vectors.inputs,
      outputs: vectors.outputs,
      patience: 2 * module.machine.timing.latency
    )
    let number = try #require(
      module.design.images.firstIndex { $0.name == name },
      "no image is called \(name)"
    )
    var images = module.design.images
    let image = images[number]
    images[number] = Verilog.MemoryImage(
      name,
      bits: image.bits,
      words: change(image.words, image.bits)
    )
    let folder = try TemporaryFolder()
    let answer = module.machine.timing.latency
    do {
      let result = try Simulator.icarus.run(bench, images: images, in: folder.path)
      return !result.isEqual || result.cycles != answer...answer
    } catch {
      guard case .tool(.silent(_, let output)) = error, output.contains("STUCK") else {
        throw error
      }
      return true
    }
  }
}
