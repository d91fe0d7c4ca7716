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
    try writer.write(plan.memory.buffers.map(\.size))
    try writer.write(plan.memory.offsets)
    try writer.write(plan.scratch.sizes)
    try writer.write(plan.scratch.offsets)
    try writer.write(plan.constantSizes)
    try writer.write(plan.constantOffsets)
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
    let layout = try reader.text()
    guard layout.hasPrefix(PlanWriter.name) else {
      throw reader.malformed("'\(StoredPlan.signature)'")
    }
    guard layout == StoredPlan.signature else { throw .otherLayout(found: layout) }
    graph = Graph()
    self.kernels = kernels
    batch = try reader.positive()
    input = try reader.value()
    outputs = try reader.values()
    streams = try reader.values()
    let bufferSizes = try reader.sizes()
    let bufferOffsets: [Int] = try reader.values()
    let scratchSizes = try reader.sizes()
    let scratchOffsets: [Int] = try reader.values()
    constantSizes = try reader.sizes()
    constantOffsets = try reader.values()
    self.steps = try reader.values()
    stepNames = try reader.values()
    observed = [:]
    guard reader.isAtEnd, stepNames.count == self.steps.count, !outputs.isEmpty else {
      throw reader.malformed("the end")
    }
    memory = MemoryPlan(
      sizes: bufferSizes,
      offsets: bufferOffsets,
      peak: try reader.peak(bufferSizes, bufferOffsets)
    )
    scratch = ScratchPlan(
      sizes: scratchSizes,
      offsets: scratchOffsets,
      peak: try reader.peak(scratchSizes, scratchOffsets)
    )
    guard try reader.peak(constantSizes, constantOffsets) <= constants.count else {
      throw reader.malformed("\(constants.count) bytes of constants")
    }
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
  fileprivate mutating func sizes() throws(PlanStorageError) -> [Int] {
    let sizes: [Int] = try values()
    guard sizes.allSatisfy({ $0 >= 0 }) else { throw malformed("sizes from 0 on") }
    return sizes
  }

  /// Where the last of the regions ends.
  fileprivate func peak(_ sizes: [Int], _ offsets: [Int]) throws(PlanStorageError) -> Int {
    let isAligned = offsets.allSatisfy { $0 >= 0 && $0 % MemoryPlan.alignment == 0 }
    guard sizes.count == offsets.count, isAligned else {
      throw malformed("an offset for each size, a multiple of \(MemoryPlan.alignment)")
    }
    return zip(sizes, offsets).map { $0 + $1 }.max() ?? 0
  }
}
