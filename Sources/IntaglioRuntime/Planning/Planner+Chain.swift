import IntaglioGraph
import IntaglioNumerics

extension Planner {
  /// Turns a draft into a step and returns where its result lies.
  mutating func emit(_ draft: ChainDraft, for value: Value) throws(PlanError) -> StridedView {
    var draft = draft
    current = value
    let order = try arrange(&draft)
    let sink = makeSink(draft, value, order)
    let nesting = nest(draft, order, sink)
    var regions = [sink.region]
    var stages: [Stage] = []
    for (index, stage) in draft.stages.enumerated() {
      var compiler = StageCompiler(
        nesting: nesting,
        label: graph.label(of: stage.value),
        prefersSegments: kernels.lookup.prefersSegments
      )
      compiler.scratch = makeScratch(for: stage.operation, nesting)
      if case .scaledSum = stage.operation { compiler.counter = counter(for: stage.value) }
      let input = draft.input(of: index)
      let operation = try compiler.compile(
        stage,
        from: input,
        nesting.stages[index],
        &constants
      )
      stages.append(Stage(operation: operation, output: stage.output))
      regions += compiler.regions
    }
    let source = compileSource(draft, nesting, &regions)
    let scratch = makeScratch(draft, elements: nesting.rowsPerBlock * nesting.columnsPerBlock)
    let step = ChainStep(
      domain: nesting.nest.domain,
      rowsPerBlock: nesting.rowsPerBlock,
      columnsPerBlock: nesting.columnsPerBlock,
      source: source,
      stages: stages,
      sink: Place(region: sink.region, cursor: nesting.sink),
      sinkFormat: sink.format,
      scratch: scratch
    )
    append(.chain(step), touching: regions)
    return sink
  }

  /// The order in which to walk the axes; copies operands that no kernel can step through.
  ///
  /// A chain without row-wise stages may walk in the order in which its source lies in memory, so
  /// that a transposed view needs no copy.
  private mutating func arrange(_ draft: inout ChainDraft) throws(PlanError) -> [Int] {
    var order = Array(draft.shape.indices)
    if case .view(let view) = draft.source, !view.isStepped(order, [1]) {
      let byStride = order.sorted { (view.strides[$0], $1) > (view.strides[$1], $0) }
      if !draft.keepsLastAxis, view.isStepped(byStride, [1]) {
        order = byStride
      } else {
        draft.source = .view(dense(view))
      }
    }
    for (index, stage) in draft.stages.enumerated() {
      if let view = stage.operation.view {
        draft.stages[index].operation.view = steppable(view, over: draft.shape, order)
      }
    }
    return order
  }

  /// `view`, or a copy that advances by 0 or 1 along the innermost axis of `order`.
  private mutating func steppable(
    _ view: StridedView,
    over shape: [Int],
    _ order: [Int]
  ) -> StridedView {
    let strides = view.strides(over: shape)
    let stretched = StridedView(
      view.region,
      view.format,
      start: view.start,
      shape: shape,
      strides: strides
    )
    if stretched.isStepped(order, [0, 1]) { return view }
    // A copy in the order of the walk, seen in the order of the shape.
    let walked = order.map { shape[$0] }
    let copy = makeView(walked, view.format)
    let result = StridedView(
      copy.region,
      copy.format,
      shape: shape,
      strides: Self.strides(dense: shape, order)
    )
    self.copy(stretched, to: result)
    return result
  }

  /// The strides of `shape` when the axes lie in memory in the order `order`.
  private static func strides(dense shape: [Int], _ order: [Int]) -> [Int] {
    var result = [Int](repeating: 0, count: shape.count)
    for (axis, stride) in zip(order, Shape.strides(order.map { shape[$0] })) {
      result[axis] = stride
    }
    return result
  }

  private mutating func makeSink(
    _ draft: ChainDraft,
    _ value: Value,
    _ order: [Int]
  ) -> StridedView {
    let isNatural = order == Array(order.indices)
    let layout = isNatural ? preferredOrder(of: value) ?? order : order
    let strides = Self.strides(dense: draft.shape, layout)
    let region = makeBuffer(size: draft.shape.reduce(draft.format.size, *))
    return StridedView(region, draft.format, shape: draft.shape, strides: strides)
  }

  /// The order of axes in memory that spares a copy: that of a transposition which is the only
  /// reader and is itself only reshaped, where rows stay rows.
  private func preferredOrder(of value: Value) -> [Int]? {
    guard let transposition = readers.onlyReader(of: value),
      case .layout(.transpose(let permutation)) = graph[transposition].operation,
      permutation.last == permutation.count - 1,
      let next = readers.onlyReader(of: transposition),
      case .layout(.reshape) = graph[next].operation
    else { return nil }
    return permutation
  }

  private func nest(_ draft: ChainDraft, _ order: [Int], _ sink: StridedView) -> ChainNest {
    let source: [LoopNest.Operand]
    var tileRows = 1
    switch draft.source {
    case .view(let view):
      source = [LoopNest.Operand(start: view.start, strides: view.strides)]
    case .product(let product):
      source = nestOperands(product, over: draft.shape)
      tileRows = gemmKernel(for: product).tile.rows
    }
    return ChainNest(draft, source: source, order: order, sink: sink, tileRows: tileRows)
  }

  private mutating func compileSource(
    _ draft: ChainDraft,
    _ nesting: ChainNest,
    _ regions: inout [Region]
  ) -> ChainStep.Source {
    switch draft.source {
    case .view(let view):
      regions.append(view.region)
      return .view(Place(region: view.region, cursor: nesting.source[0]), view.format)
    case .product(let draft):
      let (product, touched) = compile(draft, nesting)
      regions += touched
      return .product(product)
    }
  }

  /// What a stage needs for itself, beside the blocks that hand results on.
  private mutating func makeScratch(
    for operation: ChainDraft.Operation,
    _ nesting: ChainNest
  ) -> [Region] {
    if case .norm(let norm, _) = operation {
      switch norm.method {
      case .exact:
        // Which rows are undecided, and the upper codes of one of them.
        return [
          makeScratch(size: nesting.rowsPerBlock), makeScratch(size: nesting.columnsPerBlock),
        ]
      case .fixedPoint:
        return [makeScratch(size: nesting.rowsPerBlock * nesting.columnsPerBlock * 4)]
      }
    }
    if case .quotient = operation { return [makeScratch(size: nesting.rowsPerBlock)] }
    guard case .integerSoftmax = operation else { return [] }
    let count = IntegerSoftmaxKernels.scratchCount(columns: nesting.nest.columns)
    return [makeScratch(size: count * 4)]
  }

  /// Where a stream counts what saturates.
  private mutating func counter(for value: Value) -> Int {
    streams.append(value)
    return streams.count - 1
  }

  /// As many scratch blocks as the stages need: none for one pass, two once a stage cannot work in
  /// place.
  private mutating func makeScratch(_ draft: ChainDraft, elements: Int) -> [Region] {
    var passes = draft.stages.count
    if case .product = draft.source { passes += 1 }
    return (0..<max(0, min(passes - 1, 2))).map { _ in makeScratch(size: elements * 4) }
  }
}

extension StridedView {
  /// Whether the innermost axis of `order` that has more than one element advances by one of
  /// `steps`.
  func isStepped(_ order: [Int], _ steps: [Int]) -> Bool {
    guard let inner = order.last(where: { shape[$0] > 1 }) else { return true }
    return steps.contains(strides[inner])
  }
}
