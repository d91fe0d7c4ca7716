public import IntaglioGraph
import IntaglioNumerics

/// A program in memory: the steps, their packed weights and tables, and where every value lies.
///
/// Made once, run by any number of executors and threads.
public struct Plan: Sendable {
  /// How the samples of a run go in and come out.
  struct Port: Sendable {
    let name: String
    let type: ValueType
    let access: ViewAccess
    /// The elements of one sample.
    let sampleSize: Int
  }

  /// An integer stream: a place where values may be cut off.
  struct Stream: Hashable, Sendable {
    let name: String
    /// Whether it is only the index of a lookup, whose ends stand for everything beyond.
    let isIndex: Bool
  }

  /// What was planned; a plan that was read from a file has an empty one.
  public let graph: Graph
  public let kernels: KernelTable
  public let memory: MemoryPlan
  /// Samples that one pass over the steps takes: the leading extent of the input.
  public let batch: Int
  /// Weights, tables and parameters, in bytes.
  public let constantBytes: Int

  let input: Port
  let outputs: [Port]
  let steps: [Step]
  /// The node that each step works for.
  let stepNames: [String]
  /// By the number of steps that have run when they are there.
  let observed: [Int: [ObservedAccess]]
  /// The integer streams of the program, in the order of computation.
  let streams: [Stream]
  /// What a step needs for itself; every thread has its own.
  let scratch: ScratchPlan
  let constants: AlignedMemory
  /// Of every constant, in bytes.
  let constantSizes: [Int]
  let constantOffsets: [Int]
  /// Whether it has been walked: what a file holds is before anybody has it, what was planned is by
  /// its executor.
  var isWalked = false

  /// What every thread needs beside the arena, in bytes.
  package var scratchBytes: Int { scratch.peak }
  /// The names of the outputs, in the order of their results.
  public var outputNames: [String] { outputs.map(\.name) }
  /// The elements of one sample.
  public var inputSize: Int { input.sampleSize }

  /// The dimensions of the input, those of `batch` samples.
  public var inputShape: [Int] { input.type.shape }
  /// The elements of one sample's result, one number per output.
  public var outputSizes: [Int] { outputs.map(\.sampleSize) }
}

/// A value that an observer sees, ready to be read.
struct ObservedAccess: Sendable {
  let value: Value
  let type: ValueType
  let access: ViewAccess
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

extension Plan {
  /// Multiply-accumulates of one pass; `Int.max` where a plan from a file claims more.
  public var macs: Int { total(\.macs) }

  /// Multiply-accumulates of one pass and the bytes that it moves, for whoever asks how long it may
  /// take.
  package var effort: Int {
    let (sum, overflow) = macs.addingReportingOverflow(total(\.bytes))
    return overflow ? .max : sum
  }

  private func total(_ part: KeyPath<(macs: Int, bytes: Int), Int>) -> Int {
    steps.reduce(0) { total, step in
      let (sum, overflow) = total.addingReportingOverflow(step.work[keyPath: part])
      return overflow ? .max : sum
    }
  }

  /// The widths in bits at which weights are held, ascending.
  public var weightWidths: [Int] {
    let widths = products.compactMap { product -> Int? in
      guard case .weights(let weights) = product.right else { return nil }
      return weights.width
    }
    return Set(widths).sorted()
  }

  /// The name of the kernel that each matrix multiplication takes, in the order of the steps.
  package var gemmKernels: [String] { products.map(\.kernel.name) }

  private var products: [Matmul] {
    steps.compactMap { step in
      guard case .chain(let chain) = step, case .product(let product) = chain.source else {
        return nil
      }
      return product
    }
  }
}
