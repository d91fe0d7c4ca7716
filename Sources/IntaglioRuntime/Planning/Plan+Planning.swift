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

extension Plan {
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
  }
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
