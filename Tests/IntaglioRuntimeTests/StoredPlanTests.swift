import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import IntaglioTestSupport
import Testing

@Suite("Stored plans")
struct StoredPlanTests {
  /// Keeps bytes where they are.
  private final class Block: Sendable {
    nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer

    init(_ content: [UInt8]) {
      bytes = .allocate(byteCount: content.count, alignment: 64)
      bytes.copyBytes(from: content)
    }

    deinit { bytes.deallocate() }
  }

  static func read(
    _ stored: StoredPlan,
    steps: [UInt8]? = nil,
    kernels: KernelTable = KernelTable()
  ) throws -> Plan {
    let block = Block(stored.constants)
    return try Plan(
      steps: steps ?? stored.steps,
      constants: UnsafeRawBufferPointer(block.bytes),
      owner: block,
      kernels: kernels
    )
  }

  private static func stored(_ seed: UInt64) throws -> (RandomProgram, Plan, StoredPlan) {
    let program = try RandomProgram(seed: seed)
    let plan = try Plan(IntegerGraph(verifying: program.graph))
    return (program, plan, try StoredPlan(plan))
  }

  @Test(
    "a plan that was stored and read again gives the same outputs",
    arguments: 0..<200 as Range<UInt64>
  )
  func roundTrip(seed: UInt64) throws {
    let (program, plan, stored) = try Self.stored(seed)
    let again = try Self.read(stored)
    #expect(again.outputNames == plan.outputNames && again.batch == plan.batch)
    #expect(again.passes == plan.passes)
    let expected = try Executor(plan).outputs(program.input, count: plan.batch)
    let found = try Executor(again).outputs(program.input, count: plan.batch)
    #expect(found == expected)
    #expect(try StoredPlan(again).steps == stored.steps)
  }

  @Test("a plan cut off anywhere is refused", arguments: 0..<4 as Range<UInt64>)
  func truncated(seed: UInt64) throws {
    let (_, _, stored) = try Self.stored(seed)
    for count in stored.steps.indices {
      #expect(throws: PlanStorageError.self) {
        try Self.read(stored, steps: Array(stored.steps[..<count]))
      }
    }
    #expect(throws: PlanStorageError.self) { try Self.read(stored, steps: stored.steps + [0]) }
  }

  @Test(
    "a plan with changed bytes is refused, or runs within its memory",
    arguments: 0..<40 as Range<UInt64>
  )
  func corrupted(seed: UInt64) throws {
    let (program, _, stored) = try Self.stored(seed)
    var random = SplitMix64(seed: seed)
    var (refused, ran) = (0, 0)
    for _ in 0..<500 {
      var steps = stored.steps
      let place = Int.random(in: steps.indices, using: &random)
      if Bool.random(using: &random), place + 8 <= steps.count {
        // Numbers are words of 64 bits: a place far away, or just beyond an end.
        let numbers: [Int64] = [0, 1, 2, 3, 7, 8, 63, 64, 65, 1 << 20, 1 << 28 - 1, 1 << 30, -1]
        let number = numbers.randomElement(using: &random) ?? 0
        withUnsafeBytes(of: number.littleEndian) {
          steps.replaceSubrange(place..<place + 8, with: $0)
        }
      } else {
        let bytes = [0, 1, 0x7f, 0x80, 0xff, steps[place] &+ 1, steps[place] &- 1]
        steps[place] = bytes.randomElement(using: &random) ?? 0
      }
      do {
        let plan = try Self.read(stored, steps: steps)
        guard plan.memory.peak < 1 << 24, plan.batch * plan.inputSize < 1 << 20 else { continue }
        let input = [Float](repeating: program.input.first ?? 0, count: plan.batch * plan.inputSize)
        _ = try? Executor(plan, threads: 2).outputs(input, count: plan.batch)
        ran += 1
      } catch is PlanStorageError {
        refused += 1
      }
    }
    #expect(refused > 100 && ran > 10)
  }

  @Test("no content of the constants leads outside memory", arguments: 0..<40 as Range<UInt64>)
  func otherConstants(seed: UInt64) throws {
    let (program, plan, stored) = try Self.stored(seed)
    var random = SplitMix64(seed: seed)
    let contents: [(inout SplitMix64) -> UInt8] = [
      { _ in 0 }, { _ in 0xff }, { _ in 0x80 }, { UInt8.random(in: .min ... .max, using: &$0) },
    ]
    for content in contents {
      let block = Block(stored.constants.map { _ in content(&random) })
      let damaged = try Plan(
        steps: stored.steps,
        constants: UnsafeRawBufferPointer(block.bytes),
        owner: block
      )
      let outputs = try Executor(damaged).outputs(program.input, count: plan.batch)
      #expect(outputs.count == plan.outputNames.count)
    }
  }

  @Test("a name that is not UTF-8 is refused, not repaired")
  func names() throws {
    let stored = try Self.stored(1).2
    let place = try #require(stored.steps.lastIndex(of: UInt8(ascii: "#")))
    var steps = stored.steps
    steps[place] = 0xFF
    #expect(throws: PlanStorageError.self) { try Self.read(stored, steps: steps) }
  }

  @Test("constants that are too short are refused")
  func shortConstants() throws {
    let found = try (0..<20 as Range<UInt64>).map { try Self.stored($0) }
      .first { !$0.2.constants.isEmpty }
    let (_, _, stored) = try #require(found)
    let block = Block(Array(stored.constants.dropLast(64)))
    #expect(throws: PlanStorageError.self) {
      try Plan(
        steps: stored.steps,
        constants: UnsafeRawBufferPointer(block.bytes),
        owner: block
      )
    }
  }

  @Test("a plan without constants leaves the memory of its file alone")
  func noConstants() throws {
    let found = try (0..<500 as Range<UInt64>).lazy.map { try RandomProgram(seed: $0, steps: 1) }
      .map { try StoredPlan(Plan(IntegerGraph(verifying: $0.graph))) }
      .first { $0.constants.isEmpty }
    let stored = try #require(found)
    // An empty range in the midst of a block, as a file has one.
    let block = Block([UInt8](repeating: 7, count: 64))
    let range = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(block.bytes)[8..<8])
    let plan = try Plan(steps: stored.steps, constants: range, owner: block)
    #expect(plan.constantBytes == 0 && block.bytes.allSatisfy { $0 == 7 })
  }

  @Test(
    "a plan of another version says which, so that it can be left out; anything else is malformed"
  )
  func otherLayouts() throws {
    let stored = try Self.stored(1).2
    // The count of the text's bytes stands in front of it.
    let end = 8 + StoredPlan.signature.utf8.count
    var steps = stored.steps
    steps[end - 1] = UInt8(ascii: "9")
    let found = StoredPlan.signature.dropLast() + "9"
    #expect(throws: PlanStorageError.otherLayout(found: String(found))) {
      try Self.read(stored, steps: steps)
    }
    steps[8] = UInt8(ascii: "J")
    let error = #expect(throws: PlanStorageError.self) { try Self.read(stored, steps: steps) }
    guard case .malformed = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("a plan for other kernels than those at hand is refused")
  func otherKernels() throws {
    guard InstructionSet.supported.count > 1 else { return }
    let stored = try #require(
      try (0..<50 as Range<UInt64>).map { try Self.stored($0).2 }
        .first { String(decoding: $0.steps, as: UTF8.self).contains("intaglio_gemm") }
    )
    let block = Block(stored.constants)
    #expect(throws: PlanStorageError.self) {
      try Plan(
        steps: stored.steps,
        constants: UnsafeRawBufferPointer(block.bytes),
        owner: block,
        kernels: KernelTable(limit: .scalar)
      )
    }
  }
}
