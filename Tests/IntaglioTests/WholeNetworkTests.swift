import Foundation
import Intaglio
import IntaglioImport
import IntaglioRewrite
import IntaglioRuntime
import Testing

/// Networks of real width, two blocks deep, on every instruction set and any number of threads.
@Suite("Whole networks")
struct WholeNetworkTests {
  static func program(_ bits: Int, _ nonlinear: ProgramOptions.Nonlinear) throws -> IntegerGraph {
    let architecture = try ViTArchitecture(named: "deit-t", bits: bits, depth: 2)
    let program = try Program(architecture, ProgramOptions(nonlinear: nonlinear))
    return try #require(program.proof)
  }

  static func samples(_ count: Int, _ plan: Plan) -> [Float] {
    RandomImages.draw(count, size: plan.inputSize, seed: 7)
  }

  @Test("every instruction set gives the bits of the scalar kernels", arguments: [2, 3, 4, 8])
  func instructionSets(bits: Int) throws {
    let program = try Self.program(bits, .integer(IntegerOnlyOptions()))
    let scalar = try Plan(program, kernels: KernelTable(limit: .scalar))
    let samples = Self.samples(2, scalar)
    let truth = try Executor(scalar, threads: 2).run(samples, count: 2)
    #expect(Set(truth).count > 1000, "logits that say something")
    for set in InstructionSet.supported where set != .scalar {
      let plan = try Plan(program, kernels: KernelTable(limit: set))
      #expect(try Executor(plan).run(samples, count: 2) == truth, "\(set)")
    }
  }

  @Test("any number of threads gives the same bits", arguments: [1, 2, 3, 5])
  func threads(count threads: Int) throws {
    for nonlinear in [.float, .integer(IntegerOnlyOptions())] as [ProgramOptions.Nonlinear] {
      let plan = try Plan(try Self.program(3, nonlinear))
      let samples = Self.samples(7, plan)
      let truth = try Executor(plan).run(samples, count: 7)
      let executor = Executor(plan, threads: threads)
      for images in [1, 2, 7, 1, 4] {
        let found = try executor.run(Array(samples[..<(images * plan.inputSize)]), count: images)
        #expect(found[...] == truth[..<found.count], "\(images) images")
      }
    }
  }

  @Test("runs at the same time do not disturb each other, with more threads than cores")
  func concurrentRuns() async throws {
    let plan = try Plan(try Self.program(2, .integer(IntegerOnlyOptions())))
    let samples = Self.samples(4, plan)
    let truth = try Executor(plan).run(samples, count: 4)
    let (size, classes) = (plan.inputSize, plan.outputSizes[0])
    let executor = Executor(plan, threads: 6)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          let image = task % 4
          let expected = Array(truth[image * classes..<(image + 1) * classes])
          let sample = Array(samples[image * size..<(image + 1) * size])
          return try (0..<5).allSatisfy { _ in
            try executor.run(sample, count: 1) == expected
          }
        }
      }
      for try await isEqual in group { #expect(isEqual) }
    }
  }

  @Test("saturated elements are counted once, whoever meets them")
  func saturations() throws {
    let options = IntegerOnlyOptions(streamBits: 16, headroom: 1)
    let plan = try Plan(try Self.program(3, .integer(options)))
    let samples = Self.samples(3, plan)
    let counts = try [1, 3].map { threads in
      let executor = Executor(plan, threads: threads)
      _ = try executor.run(samples, count: 3)
      return executor.saturations.map(\.count)
    }
    #expect(counts[0] == counts[1])
    #expect(counts[0].contains { $0 > 0 })
  }

  @Test("a stored plan gives the same bits, and starts without the graph", arguments: [3, 8])
  func storedPlan(bits: Int) throws {
    let architecture = try ViTArchitecture(named: "deit-t", bits: bits, depth: 2)
    let options = ProgramOptions(nonlinear: .integer(IntegerOnlyOptions()))
    let model = try Program(architecture, options).model
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("stored-plan-\(UUID().uuidString).intaglio").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try model.saveWithPlan(to: path)
    let plan = try Plan(IntegerGraph(verifying: model.graph))
    let planned = try #require(try PlannedModel(contentsOf: path))
    #expect(planned.description == model.description)
    #expect(planned.plan.macs == plan.macs)
    let samples = Self.samples(2, plan)
    let truth = try Executor(plan).run(samples, count: 2)
    #expect(try Executor(planned.plan, threads: 2).run(samples, count: 2) == truth)
    #expect(try Model(contentsOf: path).graph.live.count == model.graph.live.count)
    // Without a plan there is nothing to start with.
    try model.save(to: path)
    #expect(try PlannedModel(contentsOf: path) == nil)
  }
}
