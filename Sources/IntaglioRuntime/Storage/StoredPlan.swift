import IntaglioGraph
import IntaglioNumerics

/// A plan as a file holds it: everything that planning finds out, so that it is found out once.
///
/// The constants (weights as they are multiplied, tables) are one piece of memory that can be mapped
/// and used where it lies; the rest is small. A stored plan belongs to the kernels that it was made
/// for; without them the program is planned anew.
public struct StoredPlan: Sendable {
  /// Steps, places and sizes.
  public let steps: [UInt8]
  /// Weights and tables; their start should be aligned to 64 bytes.
  public let constants: [UInt8]

  /// What the bytes begin with: a name and the version of their layout.
  package static let signature = PlanWriter.signature

  /// - Throws: `PlanStorageError` for a plan with numbers beyond what a file holds.
  public init(_ plan: Plan) throws(PlanStorageError) {
    var writer = PlanWriter()
    writer.write(Self.signature)
    writer.write(plan.batch)
    try writer.write(plan.input)
    try writer.write(plan.outputs)
    try writer.write(plan.streams)
    try writer.write(
      StoredRegions(sizes: plan.memory.buffers.map(\.size), offsets: plan.memory.offsets)
    )
    try writer.write(StoredRegions(sizes: plan.scratch.sizes, offsets: plan.scratch.offsets))
    try writer.write(StoredRegions(sizes: plan.constantSizes, offsets: plan.constantOffsets))
    try writer.write(plan.steps)
    try writer.write(plan.stepNames)
    steps = writer.bytes
    constants = Array(
      UnsafeRawBufferPointer(start: plan.constants.base, count: plan.constants.count)
    )
    // What no reader takes is an error of whoever writes it.
    _ = try Plan(
      steps: steps,
      constants: UnsafeRawBufferPointer(start: plan.constants.base, count: plan.constants.count),
      owner: plan.constants,
      kernels: plan.kernels
    )
  }
}

extension Plan {
  /// The plan that a file holds.
  ///
  /// - Parameters:
  ///   - steps: as `StoredPlan` has them.
  ///   - constants: where they lie.
  ///   - owner: what keeps them there.
  ///   - kernels: what the plan runs on.
  /// - Throws: `PlanStorageError`; no bytes whatever make a plan that leaves its memory.
  public init(
    steps: [UInt8],
    constants: UnsafeRawBufferPointer,
    owner: any AnyObject & Sendable,
    kernels: KernelTable = KernelTable()
  ) throws(PlanStorageError) {
    var reader = PlanReader(steps, kernels: kernels)
    try reader.checkLayout()
    graph = Graph()
    self.kernels = kernels
    batch = try reader.positive()
    input = try reader.value()
    outputs = try reader.values()
    streams = try reader.values()
    let buffers: StoredRegions = try reader.value()
    let temporaries: StoredRegions = try reader.value()
    let tables: StoredRegions = try reader.value()
    self.steps = try reader.values()
    stepNames = try reader.values()
    observed = [:]
    guard reader.isAtEnd, stepNames.count == self.steps.count, !outputs.isEmpty else {
      throw reader.malformed("the end")
    }
    memory = try buffers.memory(reader)
    scratch = try temporaries.scratch(reader)
    guard try tables.peak(reader) <= constants.count else {
      throw reader.malformed("\(constants.count) bytes of constants")
    }
    (constantSizes, constantOffsets) = (tables.sizes, tables.offsets)
    for port in [input] + outputs {
      guard port.sampleSize * batch == port.access.count else {
        throw reader.malformed("\(batch) samples of '\(port.name)'")
      }
    }
    constantBytes = constants.count
    self.constants = AlignedMemory(aligning: constants, owner: owner)
    if let fault = PlanWalk.fault(of: self) {
      throw .leaves(step: fault.step, expected: "\(fault.expected)")
    }
    isWalked = true
  }
}

extension PlanReader {
  fileprivate mutating func checkLayout() throws(PlanStorageError) {
    let layout = try text()
    guard layout.hasPrefix(PlanWriter.name) else { throw malformed("'\(StoredPlan.signature)'") }
    guard layout == StoredPlan.signature else { throw .otherLayout(found: layout) }
  }
}

/// Regions of one piece of memory, as a file holds them.
private struct StoredRegions: StoredInPlan {
  let sizes: [Int]
  let offsets: [Int]

  init(sizes: [Int], offsets: [Int]) {
    (self.sizes, self.offsets) = (sizes, offsets)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    sizes = try reader.values()
    guard sizes.allSatisfy({ $0 >= 0 }) else { throw reader.malformed("sizes from 0 on") }
    offsets = try reader.values()
  }

  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(sizes)
    try writer.write(offsets)
  }

  func memory(_ reader: PlanReader) throws(PlanStorageError) -> MemoryPlan {
    MemoryPlan(sizes: sizes, offsets: offsets, peak: try peak(reader))
  }

  func scratch(_ reader: PlanReader) throws(PlanStorageError) -> ScratchPlan {
    ScratchPlan(sizes: sizes, offsets: offsets, peak: try peak(reader))
  }

  /// Where the last of the regions ends.
  func peak(_ reader: PlanReader) throws(PlanStorageError) -> Int {
    let isAligned = offsets.allSatisfy { $0 >= 0 && $0 % MemoryPlan.alignment == 0 }
    guard sizes.count == offsets.count, isAligned else {
      throw reader.malformed("an offset for each size, a multiple of \(MemoryPlan.alignment)")
    }
    return zip(sizes, offsets).map { $0 + $1 }.max() ?? 0
  }
}
