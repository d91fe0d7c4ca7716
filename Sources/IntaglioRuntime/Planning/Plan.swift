public import IntaglioGraph
public import IntaglioRewrite

/// What a plan may be asked to do beside running fast.
public struct PlanOptions: Sendable {
  /// Values that an observer will see and may replace; nothing is fused across them.
  public var observable: Set<Value>
  /// The multiplication kernel to use wherever it is exact; `nil` for the fastest.
  public var gemmKernel: String?

  public init(observable: Set<Value> = [], gemmKernel: String? = nil) {
    self.observable = observable
    self.gemmKernel = gemmKernel
  }
}

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

  /// Packs weights, folds constants, fuses and places everything.
  ///
  /// - Throws: `PlanError`, with the name of the node that has no step.
  public init(
    _ integerGraph: IntegerGraph,
    kernels: KernelTable = KernelTable(),
    options: PlanOptions = PlanOptions()
  ) throws(PlanError) {
    var planner = try Planner(integerGraph, kernels, options)
    try planner.plan()
    let graph = integerGraph.graph
    self.graph = graph
    self.kernels = kernels
    input = try planner.inputPort()
    batch = planner.batch
    outputs = try planner.outputPorts()
    steps = planner.steps
    stepNames = planner.stepNames
    let indices = graph.lookupIndices
    streams = planner.streams.map {
      Stream(name: graph.label(of: $0), isIndex: indices.contains($0))
    }
    observed = planner.observed.mapValues { $0.map { ObservedAccess($0, graph) } }
    memory = MemoryPlan(planner.buffers)
    constantBytes = planner.constants.size
    (constants, constantOffsets) = planner.constants.laidOut()
    scratch = planner.scratch
    constantSizes = planner.constants.blocks.map(\.count)
    if let fault = PlanWalk.fault(of: self) {
      preconditionFailure("step \(fault.step): expected \(fault.expected)")
    }
  }

  /// What every thread needs beside the arena, in bytes.
  package var scratchBytes: Int { scratch.peak }
  /// The names of the outputs, in the order of their results.
  public var outputNames: [String] { outputs.map(\.name) }
  /// The elements of one sample.
  public var inputSize: Int { input.sampleSize }

  /// The extents of the input, those of `batch` samples.
  public var inputShape: [Int] { input.type.shape }
  /// The elements of one sample's result, one number per output.
  public var outputSizes: [Int] { outputs.map(\.sampleSize) }
}

extension Graph {
  /// The values that lookups read.
  fileprivate var lookupIndices: Set<Value> {
    Set(
      live.compactMap { value in
        if case .integer(.lookup) = self[value].operation { self[value].operands[0] } else { nil }
      }
    )
  }
}
