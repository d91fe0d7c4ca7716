import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import IntaglioTestSupport
import Testing

@Suite("MemoryPlan")
struct MemoryPlanTests {
  typealias Buffer = MemoryPlan.Buffer

  /// Two buffers that share bytes while both are alive.
  static func clash(_ plan: MemoryPlan) -> (Int, Int)? {
    for a in plan.buffers.indices {
      for b in plan.buffers.indices where a < b {
        let (x, y) = (plan.buffers[a], plan.buffers[b])
        let bytesX = plan.offsets[a]..<plan.offsets[a] + x.size
        let bytesY = plan.offsets[b]..<plan.offsets[b] + y.size
        if x.life.overlaps(y.life), bytesX.overlaps(bytesY) { return (a, b) }
      }
    }
    return nil
  }

  @Test(
    "no two live buffers share a byte, and little is wasted",
    arguments: 0..<64 as Range<UInt64>
  )
  func random(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let buffers = (0..<60).map { _ in
      let first = Int.random(in: 0..<50, using: &random)
      let length = Int.random(in: 0...6, using: &random)
      return Buffer(size: Int.random(in: 0...5000, using: &random), life: first...first + length)
    }
    let plan = MemoryPlan(buffers)
    #expect(Self.clash(plan) == nil)
    #expect(plan.offsets.allSatisfy { $0 % MemoryPlan.alignment == 0 })
    #expect(plan.peak >= plan.lowerBound)
    #expect(Double(plan.peak) <= 1.35 * Double(plan.lowerBound))
    let ends = zip(plan.offsets, buffers).map { $0 + $1.size }
    #expect(ends.allSatisfy { $0 <= plan.peak })
  }

  @Test("buffers of a chain alternate between two places")
  func chain() {
    let plan = MemoryPlan((0..<10).map { Buffer(size: 640, life: $0...$0 + 1) })
    #expect(plan.peak == 1280)
    #expect(plan.lowerBound == 1280)
  }

  @Test("no buffers need no bytes")
  func empty() {
    #expect(MemoryPlan([]).peak == 0)
    #expect(MemoryPlan([]).lowerBound == 0)
  }

  @Test("the arena of a program is close to its lower bound", arguments: 0..<32 as Range<UInt64>)
  func programs(seed: UInt64) throws {
    let program = try RandomProgram(seed: seed)
    let plan = try Plan(IntegerGraph(verifying: program.graph))
    #expect(Self.clash(plan.memory) == nil)
    #expect(Double(plan.memory.peak) <= 1.2 * Double(plan.memory.lowerBound))
  }
}
