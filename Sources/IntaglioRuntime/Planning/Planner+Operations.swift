import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite

extension Planner {
  /// Plans one node whose operands are planned.
  mutating func plan(_ value: Value) throws(PlanError) {
    let node = graph[value]
    switch node.operation {
    case .input:
      views[value] = makeView(graph.type(of: value).shape, try storage.format(of: value))
    case .constant: break
    case .layout(let layout): try move(value, layout)
    case .concat(let axis): try concat(value, axis)
    case .matmul: try multiply(value)
    case .convolution: throw unsupported(value, "expected it as patches and a matmul")
    case .add: try combine(value, .add, .add)
    case .subtract: try combine(value, .subtract, .subtract)
    case .multiply: try combine(value, .multiply, .multiply)
    case .divide: try combineReals(value, .divide)
    case .sum(let axis): try reduce(value, axis, isMean: false)
    case .mean(let axis): try reduce(value, axis, isMean: true)
    case .function(let function): try apply(value, function)
    case .softmax: try extend(node.operands[0], .softmax, value)
    case .rowExponential: try extend(node.operands[0], .rowExponential, value)
    case .layerNorm(let epsilon): try normalize(value, epsilon)
    case .rmsNorm(let epsilon):
      let gamma = dense(try view(of: node.operands[1]))
      try extend(node.operands[0], .rmsNorm(gamma: gamma, epsilon: epsilon), value)
    case .quantize(let quantizer): try extend(node.operands[0], .quantize(quantizer), value)
    case .dequantize(let dequantizer):
      try extend(node.operands[0], .dequantize(dequantizer), value)
    case .requantize(let requantizer): try requantize(value, requantizer)
    case .integer(let function): try integer(value, function)
    }
  }

  func unsupported(_ value: Value, _ reason: String) -> PlanError {
    .unsupported(
      operation: graph[value].operation.name,
      node: graph.label(of: value),
      reason: reason
    )
  }

  private mutating func extend(
    _ operand: Value,
    _ operation: ChainDraft.Operation,
    _ value: Value
  ) throws(PlanError) {
    var chain = try chain(from: operand)
    chain.append(operation, try storage.format(of: value), for: value)
    try finish(chain, value)
  }

  private mutating func apply(_ value: Value, _ function: Function) throws(PlanError) {
    if case .clip(let lower, let upper) = function, !(lower <= upper) {
      throw unsupported(value, "expected the lower limit below the upper")
    }
    try extend(graph[value].operands[0], .function(function), value)
  }

  private mutating func normalize(_ value: Value, _ epsilon: Double) throws(PlanError) {
    let operands = graph[value].operands
    let gamma = dense(try view(of: operands[1]))
    let beta = dense(try view(of: operands[2]))
    try extend(operands[0], .layerNorm(gamma: gamma, beta: beta, epsilon: epsilon), value)
  }

  private mutating func requantize(_ value: Value, _ requantizer: Requantizer) throws(PlanError) {
    let operand = graph[value].operands[0]
    let range = ranges.range(of: operand) ?? IntegerType.i32.range
    var chain = try chain(from: operand)
    if chain.format.code != nil { chain.append(.widen, .int32, for: operand) }
    chain.append(.requantize(requantizer, range), try storage.format(of: value), for: value)
    try finish(chain, value)
  }

  private mutating func integer(_ value: Value, _ function: IntegerFunction) throws(PlanError) {
    let operands = graph[value].operands
    let operation: ChainDraft.Operation
    var head = operands[0]
    switch function {
    case .thresholds(let steps): operation = .thresholds(steps)
    case .lookup(let lookup): operation = .lookup(lookup)
    case .softmax(let softmax): operation = .integerSoftmax(softmax)
    case .norm(let norm): operation = .norm(norm, try root(of: norm, value))
    case .scaledSum(let stream) where operands.count == 2:
      // The chain runs through the first operand unless only the other one is still open.
      let swaps = drafts[operands[0]] == nil && drafts[operands[1]] != nil
      if let swapped = stream.swapped, swaps {
        head = operands[1]
        operation = .scaledSum(swapped, try wide(operands[0]))
      } else {
        operation = .scaledSum(stream, try wide(operands[1]))
      }
    case .scaledSum(let stream): operation = .scaledSum(stream, nil)
    case .rowThresholds(let rows): operation = codes(of: rows)
    case .quotient(let quotient): operation = .quotient(quotient, try wide(operands[1]))
    }
    var chain = try chain(from: head)
    if chain.format.code != nil { chain.append(.widen, .int32, for: head) }
    if case .rowThresholds(let rows) = function {
      chain.append(.rowDistances(fromLargest: rows.fallsFromLargest), .int32, for: value)
    }
    chain.append(operation, try storage.format(of: value), for: value)
    try finish(chain, value)
  }

  /// What distances within a row become: looked up where there are few, else counted.
  private func codes(of rows: RowThresholds) -> ChainDraft.Operation {
    if let lookup = rows.lookup { return .lookup(lookup) }
    return rows.hasFewDistances
      ? .rowLookup(rows) : .thresholds(MultiThreshold(rows.type, tables: rows.tables))
  }

  /// The widths of the fixed-point part: stated, or as wide as the operand allows.
  private func root(of norm: IntegerNorm, _ value: Value) throws(PlanError) -> FixedPointRoot {
    switch norm.method {
    case .fixedPoint(let root): return root
    case .exact:
      let operand = graph[value].operands[0]
      let range = ranges.range(of: operand) ?? IntegerType.i32.range
      let bound = Int(max(range.lowerBound.magnitude, range.upperBound.magnitude))
      let root = FixedPointRoot(
        count: graph.type(of: operand).shape.last ?? 1,
        bound: bound << (norm.left.values.max() ?? 0),
        epsilon: norm.epsilon
      )
      guard let root else {
        throw unsupported(value, "expected rows of fewer elements or narrower integers")
      }
      return root
    }
  }

  // Layout

  private mutating func move(_ value: Value, _ layout: Layout) throws(PlanError) {
    let source = try view(of: graph[value].operands[0])
    if let view = source.moved(layout) {
      views[value] = view
    } else {
      views[value] = dense(source).moved(layout)
    }
  }

  private mutating func concat(_ value: Value, _ axis: Int) throws(PlanError) {
    var parts: [StridedView] = []
    for operand in graph[value].operands { parts.append(try view(of: operand)) }
    let whole = makeView(graph.type(of: value).shape, try storage.format(of: value))
    var start = 0
    for part in parts {
      let count = part.shape[axis]
      if let place = whole.moved(.slice(axis: axis, start: start, count: count)) {
        copy(part, to: place)
      }
      start += count
    }
    views[value] = whole
  }

  // Arithmetic

  private mutating func combine(
    _ value: Value,
    _ real: BinaryOperation,
    _ integer: IntegerOperation
  ) throws(PlanError) {
    if graph.type(of: value).isInteger {
      try combineIntegers(value, integer)
    } else {
      try combineReals(value, real)
    }
  }

  private mutating func combineReals(
    _ value: Value,
    _ operation: BinaryOperation
  ) throws(PlanError) {
    let commutes = operation == .add || operation == .multiply
    let (first, second) = headAndOther(value, commutes: commutes)
    let other = try view(of: second)
    var chain = try stretchedChain(from: first, to: value)
    chain.append(.real(operation, other), .float32, for: value)
    try finish(chain, value)
  }

  private mutating func combineIntegers(
    _ value: Value,
    _ operation: IntegerOperation
  ) throws(PlanError) {
    let (first, second) = headAndOther(value, commutes: operation != .subtract)
    if try absorb(second, into: first, operation, value) { return }
    let other = try wide(second)
    var chain = try stretchedChain(from: first, to: value)
    if chain.format.code != nil { chain.append(.widen, .int32, for: first) }
    chain.append(.integer(operation, other), .int32, for: value)
    try finish(chain, value)
  }

  /// Which operand the chain runs through: one of the result's shape if possible, and then one whose
  /// chain is still open.
  private func headAndOther(_ value: Value, commutes: Bool) -> (Value, Value) {
    let (a, b) = (graph[value].operands[0], graph[value].operands[1])
    guard commutes else { return (a, b) }
    let shape = graph.type(of: value).shape
    let (fitsA, fitsB) = (graph.type(of: a).shape == shape, graph.type(of: b).shape == shape)
    if fitsA != fitsB { return fitsA ? (a, b) : (b, a) }
    return drafts[a] == nil && drafts[b] != nil ? (b, a) : (a, b)
  }

  private mutating func stretchedChain(
    from operand: Value,
    to value: Value
  ) throws(PlanError) -> ChainDraft {
    let shape = graph.type(of: value).shape
    if graph.type(of: operand).shape == shape { return try chain(from: operand) }
    let view = try view(of: operand)
    return ChainDraft(view.moved(.broadcast(shape)) ?? view)
  }

  /// Adds a constant row to the accumulators' start, where the multiplication is still open.
  private mutating func absorb(
    _ constant: Value,
    into product: Value,
    _ operation: IntegerOperation,
    _ value: Value
  ) throws(PlanError) -> Bool {
    guard
      let integers = folded[constant]?.integers,
      var chain = drafts[product], chain.stages.isEmpty, chain.shape == graph.type(of: value).shape,
      case .product(var draft) = chain.source, case .weights(_, let shape) = draft.right,
      shape.count == 2 || shape.dropLast(2).allSatisfy({ $0 == 1 }),
      integers.count == 1 || integers.count == chain.shape.last,
      graph.type(of: constant).shape.dropLast().allSatisfy({ $0 == 1 })
    else { return false }
    let sign: Int
    switch operation {
    case .add: sign = 1
    case .subtract: sign = -1
    case .multiply: return false
    }
    let count = max(integers.count, draft.addend.count)
    draft.addend = (0..<count).map { column in
      draft.addend[draft.addend.count == 1 ? 0 : column]
        + sign * integers[integers.count == 1 ? 0 : column]
    }
    chain.source = .product(draft)
    drafts[product] = nil
    try finish(chain, value)
    return true
  }

  /// The integers of `value` as i32.
  mutating func wide(_ value: Value) throws(PlanError) -> StridedView {
    let view = try view(of: value)
    guard view.format.code != nil else { return view }
    if let known = widened[value] { return known }
    var chain = ChainDraft(view)
    chain.append(.widen, .int32, for: value)
    let result = try emit(chain, for: value)
    widened[value] = result
    return result
  }

  private mutating func reduce(_ value: Value, _ axis: Int, isMean: Bool) throws(PlanError) {
    let source = try view(of: graph[value].operands[0])
    let isInteger = graph.type(of: value).isInteger
    let sink = makeView(graph.type(of: value).shape, isInteger ? .int32 : .float32)
    var steps = source.strides
    steps[axis] = 0
    let nest = LoopNest(
      sink.shape,
      [
        LoopNest.Operand(start: source.start, strides: steps),
        LoopNest.Operand(strides: sink.strides),
      ],
      keepsLastAxis: false
    )
    let step = ReduceStep(
      domain: nest.domain,
      source: Place(region: source.region, cursor: nest.cursors[0]),
      format: source.format,
      extent: source.shape[axis],
      stride: source.strides[axis],
      sink: Place(region: sink.region, cursor: nest.cursors[1]),
      isMean: isMean
    )
    append(.reduce(step), touching: [source.region, sink.region])
    views[value] = sink
  }
}

extension Planner {
  /// `view`, or a copy of it without gaps.
  mutating func dense(_ view: StridedView) -> StridedView {
    if view.isDense { return view }
    let result = makeView(view.shape, view.format)
    copy(view, to: result)
    return result
  }

  /// Moves the elements of `source`; codes change to the bias of `sink`.
  mutating func copy(_ source: StridedView, to sink: StridedView) {
    let nest = LoopNest(
      sink.shape,
      [source, sink].map { LoopNest.Operand(start: $0.start, strides: $0.strides) },
      keepsLastAxis: false
    )
    let offset = (sink.format.code?.bias ?? 0) - (source.format.code?.bias ?? 0)
    let step = CopyStep(
      domain: nest.domain,
      source: Place(region: source.region, cursor: nest.cursors[0]),
      sink: Place(region: sink.region, cursor: nest.cursors[1]),
      elementSize: sink.format.size,
      offset: UInt8(truncatingIfNeeded: offset)
    )
    append(.copy(step), touching: [source.region, sink.region])
  }
}
