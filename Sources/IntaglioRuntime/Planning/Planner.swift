import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite

/// Turns a graph into steps, node by node.
///
/// A value is in one of three states: a view of memory, a draft that its only reader may continue,
/// or a constant that nobody has asked for yet.
struct Planner {
  let graph: Graph
  let ranges: IntegerGraph
  let kernels: KernelTable
  let options: PlanOptions
  let storage: CodeStorage
  /// What constants alone decide and something else reads.
  let folded: [Value: Tensor]
  let readers: Readership

  var constants = ConstantPool()
  var steps: [Step] = []
  /// The node that each step works for.
  var stepNames: [String] = []
  /// The node that is being planned.
  var current: Value?
  var buffers: [MemoryPlan.Buffer] = []
  /// What single steps need for themselves, in bytes.
  var scratch = ScratchPlan()
  var views: [Value: StridedView] = [:]
  var drafts: [Value: ChainDraft] = [:]
  /// Codes as i32, where integer arithmetic has asked for them.
  var widened: [Value: StridedView] = [:]
  /// The streams, each with a counter of what saturates.
  var streams: [Value] = []
  /// Observed values, by the number of steps that have run when they are there.
  var observed: [Int: [ObservedValue]] = [:]

  init(
    _ integerGraph: IntegerGraph,
    _ kernels: KernelTable,
    _ options: PlanOptions
  ) throws(PlanError) {
    self.graph = integerGraph.graph
    self.ranges = integerGraph
    self.kernels = kernels
    self.options = options
    self.storage = CodeStorage(graph)
    self.folded = try ConstantFolding(graph).tensors
    self.readers = Readership(graph, kept: graph.outputs.map(\.value) + options.observable)
  }

  /// Plans every live node.
  mutating func plan() throws(PlanError) {
    for value in graph.live where !readers.isConstant[value.index] {
      current = value
      try plan(value)
      if options.observable.contains(value) { try observe(value) }
    }
  }

  // Values

  /// Where `value` lies; plans whatever is still a draft.
  mutating func view(of value: Value) throws(PlanError) -> StridedView {
    if let view = views[value] { return view }
    if let draft = drafts.removeValue(forKey: value) {
      let view = try emit(draft, for: value)
      views[value] = view
      return view
    }
    let view = try place(constant: value)
    views[value] = view
    return view
  }

  /// The chain that ends in `value`, or a new one that starts there.
  mutating func chain(from value: Value) throws(PlanError) -> ChainDraft {
    if let draft = drafts.removeValue(forKey: value) { return draft }
    return ChainDraft(try view(of: value))
  }

  /// Keeps `chain` for the only reader of `value`, or plans it now.
  mutating func finish(_ chain: ChainDraft, _ value: Value) throws(PlanError) {
    if readers.onlyReader(of: value) != nil {
      drafts[value] = chain
    } else {
      views[value] = try emit(chain, for: value)
    }
  }

  private mutating func place(constant value: Value) throws(PlanError) -> StridedView {
    let shape = graph.type(of: value).shape
    guard let tensor = folded[value] else {
      throw .constant(node: graph.label(of: value), reason: "it has not been folded")
    }
    let format = try storage.format(of: value)
    guard let integers = tensor.integers else {
      return StridedView(constants.add(tensor.floats), .float32, shape: shape)
    }
    guard let code = format.code else {
      return StridedView(constants.add(integers.map { Int32($0) }), .int32, shape: shape)
    }
    let bytes = integers.map { UInt8(truncatingIfNeeded: $0 + code.bias) }
    return StridedView(constants.add(bytes), format, shape: shape)
  }

  private mutating func observe(_ value: Value) throws(PlanError) {
    let view = try view(of: value)
    observed[steps.count, default: []].append(ObservedValue(value: value, view: view))
    // Alive until the observer has seen it, even where the next step is the first to write there.
    touch(view.region, at: max(steps.count - 1, 0))
  }

  // Steps and buffers

  mutating func makeBuffer(size: Int) -> Region {
    buffers.append(MemoryPlan.Buffer(size: size, life: steps.count...steps.count))
    return Region(space: .buffer, index: buffers.count - 1)
  }

  /// Memory that only the next step uses, and each thread for itself.
  mutating func makeScratch(size: Int) -> Region {
    Region(space: .scratch, index: scratch.add(size))
  }

  /// A dense view of new memory.
  mutating func makeView(_ shape: [Int], _ format: ElementFormat) -> StridedView {
    let size = shape.reduce(format.size, *)
    return StridedView(makeBuffer(size: size), format, shape: shape)
  }

  mutating func append(_ step: Step, touching regions: [Region]) {
    for region in regions { touch(region, at: steps.count) }
    scratch.endStep()
    steps.append(step)
    stepNames.append(current.map(graph.label) ?? "")
  }

  mutating func touch(_ region: Region, at step: Int) {
    guard region.space == .buffer else { return }
    let buffer = buffers[region.index]
    buffers[region.index] = MemoryPlan.Buffer(
      size: buffer.size,
      life: min(buffer.life.lowerBound, step)...max(buffer.life.upperBound, step)
    )
  }
}
