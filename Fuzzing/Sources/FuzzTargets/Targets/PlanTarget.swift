import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import Intaglio
import IntaglioRewrite
import IntaglioRuntime
import IntaglioTestSupport

extension FuzzTarget {
  /// The steps and the constants of a stored plan, behind its checksums.
  static let plan = FuzzTarget(
    "plan",
    "stored plans, opened and run",
    limit: 1 << 16,
    mutation: NumberMutation.mutation,
    seeds: { try StoredPlanSeeds.all() }
  ) { bytes, _ in
    let parts = Parts.split(bytes, into: 2)
    let block = ConstantsBlock(parts[1])
    let plan = try Plan(
      steps: parts[0],
      constants: UnsafeRawBufferPointer(block.bytes),
      owner: block
    )
    let again = try requireSuccess("an open plan is stored") { try StoredPlan(plan) }
    let same = zip(again.steps, parts[0]).prefix { $0 == $1 }.count
    try require(again.steps == parts[0], "a plan stored again has other steps from byte \(same) on")
    try require(again.constants == parts[1], "a plan that is stored again has other constants")
    _ = plan.passes.map(\.description)
    guard plan.isSmall else { return }
    // On one thread or on two; what a forged plan computes is nobody's business.
    let sample = RandomImages.draw(plan.batch, size: plan.inputSize, seed: 1)
    let outputs = try plan.outputs(sample, threads: bytes.count % 8 == 0 ? 2 : 1)
    try require(
      outputs.map(\.count) == plan.outputSizes.map { $0 * plan.batch },
      "outputs of other sizes than the plan says"
    )
  }
}

/// Keeps constants at a multiple of 64 bytes, as a mapped file does, and no byte more.
private final class ConstantsBlock: Sendable {
  nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer

  init(_ content: [UInt8]) {
    bytes = .allocate(byteCount: content.count, alignment: 64)
    bytes.copyBytes(from: content)
  }

  deinit { bytes.deallocate() }
}

extension Plan {
  /// Whether a run takes little memory and time: a plan may compute long, but opens at once.
  fileprivate var isSmall: Bool {
    let sizes = outputSizes + [inputSize]
    return effort <= 1 << 22 && memory.peak <= 1 << 20 && scratchBytes <= 1 << 20
      && batch <= 1 << 10
      && sizes.allSatisfy { $0 <= 1 << 16 && $0 * batch <= 1 << 18 }
  }

  /// What the executor makes of whole numbers where the input is one of integers.
  fileprivate func outputs(_ sample: [Float], threads: Int) throws -> [[Float]] {
    let executor = Executor(self, threads: threads)
    do {
      return try executor.outputs(sample, count: batch)
    } catch {
      guard case .inputElement(_, let type, _) = error else { throw error }
      let range = type.integer?.range ?? 0...0
      let codes = sample.map { number in
        Float(min(max(Int(number * 4), range.lowerBound), range.upperBound))
      }
      return try executor.outputs(codes, count: batch)
    }
  }
}

/// Plans of small programs: random ones, and whole networks with every integer operation.
private enum StoredPlanSeeds {
  private static let limit = 1 << 15

  static func all() throws -> [[UInt8]] {
    var graphs = try (0..<120 as Range<UInt64>).map { seed in
      try RandomProgram(seed: seed, steps: 2 + Int(seed % 12)).graph
    }
    graphs += try SmallPrograms.all()
    return try graphs.compactMap { graph in
      let stored = try StoredPlan(Plan(IntegerGraph(verifying: graph)))
      let seed = Parts.joined(stored.steps, stored.constants)
      return seed.count <= limit ? seed : nil
    }
  }
}
