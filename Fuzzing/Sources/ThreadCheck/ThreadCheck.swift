import Foundation
import Intaglio
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import IntaglioTestSupport

/// Everything of the runtime that several threads do together, small enough for the thread sanitizer.
///
/// The sanitizer reports races; this program fails where an output depends on the threads.
@main
struct ThreadCheck {
  private static let threads = 2...4

  static func main() async throws {
    try await timed("pools that start and stop") { try await startAndStop() }
    try await timed("random programs") {
      for seed in 0..<40 as Range<UInt64> { try await checkRandomProgram(seed) }
    }
    for bits in [2, 3, 8] {
      try await timed("a network of \(bits) bits, without floats") {
        try await checkNetwork(bits, .integer(IntegerOnlyOptions()))
      }
    }
    try await timed("a network of 3 bits with float32 in between") {
      try await checkNetwork(3, .float)
    }
    print("no output depends on the threads")
  }

  private static func timed(_ title: String, _ body: () async throws -> Void) async rethrows {
    let start = ContinuousClock.now
    try await body()
    print("\(title): \((ContinuousClock.now - start).formatted(.units(allowed: [.seconds])))")
  }

  /// Executors that come and go on several threads, some of them before they have run anything.
  private static func startAndStop() async throws {
    let program = try RandomProgram(seed: 3)
    let plan = try Plan(IntegerGraph(verifying: program.graph))
    let truth = try Executor(plan).run(program.input, count: plan.batch)
    try await together(4) { _ in
      for round in 0..<20 {
        let executor = Executor(plan, threads: 2 + round % 3)
        if round % 4 == 0 { continue }
        try expect(try executor.run(program.input, count: plan.batch) == truth)
      }
    }
  }

  private static func checkRandomProgram(_ seed: UInt64) async throws {
    let program = try RandomProgram(seed: seed)
    let plan = try Plan(IntegerGraph(verifying: program.graph))
    let batches = 5
    let samples = (0..<batches).flatMap { _ in program.input }
    let truth = try Executor(plan).outputs(samples, count: batches * plan.batch)
    for threads in threads {
      let executor = Executor(plan, threads: threads)
      for count in [1, 2, batches] {
        let found = try executor.outputs(
          Array(samples.prefix(count * program.input.count)),
          count: count * plan.batch
        )
        try expect(zip(found, truth).allSatisfy { $0 == Array($1.prefix($0.count)) })
      }
    }
  }

  /// DeiT-T with one block and 64-pixel images: 17 tokens of 192 channels.
  private static func checkNetwork(
    _ bits: Int,
    _ nonlinear: ProgramOptions.Nonlinear
  ) async throws {
    let architecture = try ViTArchitecture(named: "deit-t", bits: bits, imageSize: 64, depth: 1)
    let options = ProgramOptions(nonlinear: nonlinear)
    guard let program = try Program(architecture, options, threads: 3).proof else {
      throw ThreadFault()
    }
    let plan = try Plan(program)
    let images = 5
    let samples = RandomImages.draw(images, size: plan.inputSize, seed: 7)
    let truth = try Executor(plan).run(samples, count: images)
    let network = Network(plan: plan, samples: samples, truth: truth)
    for threads in threads {
      let executor = Executor(plan, threads: threads)
      for count in [1, 2, images] { try network.check(executor, 0..<count) }
    }
    try await network.checkSharedExecutor()
    try await network.checkExecutors()
    try await network.checkObservers(program)
  }
}

/// A plan with images and what it makes of them on one thread.
private struct Network: Sendable {
  let plan: Plan
  let samples: [Float]
  let truth: [Float]

  private var images: Int { samples.count / plan.inputSize }

  func check(_ executor: Executor, _ range: Range<Int>) throws {
    let (size, classes) = (plan.inputSize, plan.outputSizes[0])
    let done = Progress()
    let found = try executor.run(
      Array(samples[range.lowerBound * size..<range.upperBound * size]),
      count: range.count
    ) {
      done.count = $0
    }
    try expect(found == Array(truth[range.lowerBound * classes..<range.upperBound * classes]))
    try expect(done.count == range.count)
  }

  /// Whoever comes second does without the threads of the executor.
  func checkSharedExecutor() async throws {
    let executor = Executor(plan, threads: 3)
    try await together(4) { task in
      for round in 0..<2 {
        let image = (task + round) % images
        try check(executor, image..<image + 1)
        _ = executor.saturations
      }
    }
  }

  func checkExecutors() async throws {
    try await together(3) { task in
      try check(Executor(plan, threads: 1 + task), 0..<2)
    }
  }

  /// Observers beside a run, on the same executor.
  func checkObservers(_ program: IntegerGraph) async throws {
    let observable = Set(program.graph.live.suffix(40))
    let plan = try Plan(program, options: PlanOptions(observable: observable))
    let observed = Network(plan: plan, samples: samples, truth: truth)
    let executor = Executor(plan, threads: 2)
    let sample = Array(samples.prefix(plan.inputSize))
    let logits = Array(truth.prefix(plan.outputSizes[0]))
    try await together(3) { task in
      if task == 0 { return try observed.check(executor, 0..<2) }
      var seen = 0
      let found = try executor.run(sample) { _, _ in
        seen += 1
        return nil
      }
      try expect(found == logits && seen > 0)
    }
  }
}

/// How far a run is; the executor makes one call at a time, whose order the sanitizer has to see.
private final class Progress: @unchecked Sendable { var count = 0 }

private struct ThreadFault: Error {}

private func expect(_ condition: Bool, line: Int = #line) throws {
  guard !condition else { return }
  print("line \(line): an output depends on the threads")
  throw ThreadFault()
}

/// The same body on several threads at once.
private func together(
  _ count: Int,
  _ body: @escaping @Sendable (Int) throws -> Void
) async throws {
  try await withThrowingTaskGroup(of: Void.self) { group in
    for task in 0..<count { group.addTask { @concurrent in try body(task) } }
    try await group.waitForAll()
  }
}
