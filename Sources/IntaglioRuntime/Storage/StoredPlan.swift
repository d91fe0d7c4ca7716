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
  package static let signature = name + "4"
  static let name = "Intaglio plan "

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
    guard layout.hasPrefix(StoredPlan.name) else {
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

extension Plan.Stream: StoredInPlan {
  func write(to writer: inout PlanWriter) {
    writer.write(name)
    writer.write(isIndex)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    name = try reader.text()
    isIndex = try reader.flag()
  }
}

extension Plan.Port: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    writer.write(name)
    try writer.write(type.shape)
    writer.write(type.integer?.bits ?? 0)
    writer.write(type.integer?.isSigned ?? false)
    try writer.write(access)
    writer.write(sampleSize)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    name = try reader.text()
    let shape: [Int] = try reader.values()
    let (bits, isSigned) = (try reader.count(), try reader.flag())
    guard bits <= 32, bits > 0 || !isSigned, let count = Self.count(shape) else {
      throw reader.malformed("a type")
    }
    type = ValueType(
      bits == 0 ? .real : .integer(IntegerType(bits: bits, signed: isSigned)),
      shape
    )
    access = try reader.value()
    guard access.count == count, access.format.fits(type) else {
      throw reader.malformed("the elements of \(type)")
    }
    sampleSize = try reader.count()
  }

  /// The elements of a shape; `nil` where they are too many for any plan.
  private static func count(_ shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      guard extent >= 0, extent < PlanReader.extentLimit else { return nil }
      count *= extent
      guard count < PlanReader.extentLimit else { return nil }
    }
    return count
  }
}

extension ElementFormat {
  /// Whether elements of `type` lie in this format.
  fileprivate func fits(_ type: ValueType) -> Bool {
    switch (self, type.integer) {
    case (.float32, nil): true
    case (.int32, let integer?): integer.isSigned || integer.bits < 32
    case (.code, let integer?): integer.bits <= 8
    case (.float32, _?), (.int32, nil), (.code, nil): false
    }
  }
}
