import Intaglio
import IntaglioRuntime
import Testing

@Suite("Measuring")
struct BenchTests {
  @Test(
    "median and 90th percentile are times that so many calls did not exceed",
    arguments: [
      ([5.0], 5, 5, 5), ([2, 1], 1, 1, 2), ([3, 1, 2], 1, 2, 3),
      ([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 1, 5, 9),
      ([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 1, 6, 10),
    ] as [([Double], Double, Double, Double)]
  )
  func timings(seconds: [Double], least: Double, median: Double, p90: Double) {
    let timings = Timings(seconds)
    #expect(timings.count == seconds.count)
    #expect((timings.least, timings.median, timings.p90) == (least, median, p90))
  }

  @Test(
    "a node's name tells its block",
    arguments: [
      ("blocks.3.attn.qkv.act", "blocks.3", "attn.qkv.act"),
      ("/blocks/blocks.11/attn/qkv/MatMul", "blocks.11", "attn.qkv.MatMul"),
      ("reshape after patch_embed.proj.act", "patch_embed", "reshape after proj.act"),
      ("dequantize after head", "head", "dequantize after"),
      ("head", "head", "head"), ("layers.0.blocks.1.mlp.fc1", "blocks.1", "mlp.fc1"),
      ("blocks.norm", "blocks", "norm"), ("blocks.2", "blocks.2", "blocks.2"), ("", "", ""),
      ("norm.1.x", "norm", "1.x"),
    ]
  )
  func parts(name: String, part: String, rest: String) {
    let split = ProfiledStep.Part.split(name)
    #expect(split.part.title == part && split.rest == rest)
  }

  @Test("random images follow from their seed and have mean 0 and variance 1")
  func images() {
    let images = RandomImages.draw(2, size: 50_000, seed: 3)
    #expect(images.count == 100_000)
    #expect(images == RandomImages.draw(2, size: 50_000, seed: 3))
    #expect(images != RandomImages.draw(2, size: 50_000, seed: 4))
    let mean = images.reduce(0) { $0 + Double($1) } / 1e5
    let square = images.reduce(0) { $0 + Double($1) * Double($1) } / 1e5
    #expect(abs(mean) < 0.02 && abs(square - 1) < 0.02)
  }

  @Test("a peak kernel counts its multiply-accumulates: none is left out", arguments: 0..<4)
  func peak(index: Int) {
    let kernels = PeakKernel.supported
    guard kernels.indices.contains(index) else { return }
    let kernel = kernels[index]
    let perRound = kernel.run(rounds: 1)
    #expect(kernel.run(rounds: 0) == 0 && perRound > 0)
    for rounds in [2, 7, 1000, 100_003] {
      #expect(kernel.run(rounds: rounds) == perRound &* UInt32(rounds))
    }
  }

  @Test("there is a peak kernel for every instruction set that multiplies bytes, plainest first")
  func peaks() {
    let sets = InstructionSet.supported.filter { "\($0)" != "avx512vbmi" }
    #expect(PeakKernel.supported.map(\.instructionSet) == sets)
  }
}
