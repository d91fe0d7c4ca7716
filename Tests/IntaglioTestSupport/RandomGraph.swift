public import IntaglioGraph
import IntaglioNumerics

/// A seeded graph that contains every operation, with inputs to run it on.
///
/// All numbers on the exact side are short dyadic fractions: products are requantized before they
/// grow, scales are powers of two and no divisor is anything else. So float32, float64 and exact
/// arithmetic must agree there to the last bit. Results of irrational functions stay apart and
/// never meet a quantizer.
public struct RandomGraph {
  public private(set) var graph = Graph()
  public private(set) var reals: [String: [Double]] = [:]
  public private(set) var integers: [String: [Int]] = [:]
  /// The values that only arithmetic and rounding made.
  public private(set) var exact: Set<Value> = []
  var random: SplitMix64
  /// Reals and codes that later operations may take, all exact and short.
  var pool: [Value] = []

  /// What the generator adds, each at least once.
  enum Kind: CaseIterable {
    case reshape, transpose, slice, broadcast, concat, matmul, convolution, add, subtract, multiply
    case sum, divide, mean, function, quantize, dequantize, requantize
    case thresholds, lookup, scaledSum, norm, integerSoftmax, rowThresholds, quotient, empty
    case irrational, softmax, rowExponential, layerNorm, rmsNorm
  }

  /// - Parameters:
  ///   - seed: the same seed makes the same graph.
  ///   - irrational: whether to add functions that exact arithmetic does not have.
  /// - Throws: never, as long as the generator keeps the graph's typing rules.
  public init(seed: UInt64, irrational: Bool) throws(GraphError) {
    self.random = SplitMix64(seed: seed)
    for index in 0..<2 {
      try addInput("x\(index)", .real)
      try addInput("q\(index)", .integer(index == 0 ? .i(4) : .u(5)))
    }
    let irrationals: Set<Kind> = [.irrational, .softmax, .rowExponential, .layerNorm, .rmsNorm]
    let kinds = Kind.allCases.filter { irrational || !irrationals.contains($0) }
    for kind in (kinds + kinds).shuffled(using: &random) { try add(kind) }
    for value in graph.values { graph.addOutput("y\(value.index)", value) }
  }

  // Choices

  mutating func pick<T>(_ choices: [T]) -> T {
    choices[Int.random(in: choices.indices, using: &random)]
  }

  private mutating func shape() -> [Int] {
    (0..<Int.random(in: 2...4, using: &random)).map { _ in pick([1, 2, 4]) }
  }

  mutating func operand(integer: Bool? = nil) -> Value {
    pick(pool.filter { integer == nil || graph.type(of: $0).isInteger == integer })
  }

  /// Multiples of 1/8 within ±2.
  private mutating func dyadics(_ count: Int) -> [Double] {
    (0..<count).map { _ in Double(Int.random(in: -16...16, using: &random)) / 8 }
  }

  private mutating func codes(_ count: Int, _ type: IntegerType) -> [Int] {
    (0..<count).map { _ in Int.random(in: type.range, using: &random) }
  }

  mutating func powerOfTwo() -> Rational {
    let magnitude = Rational(1, over: 1 << Int.random(in: 0...4, using: &random))
    return Bool.random(using: &random) ? -magnitude : magnitude
  }

  /// One number, one per index of the last axis, or one per index of the one before.
  mutating func broadcast<T>(
    over shape: [Int],
    _ make: (inout RandomGraph) -> T
  ) -> Broadcast<T> {
    let axis = Int.random(in: shape.count - 2...shape.count, using: &random)
    guard axis < shape.count else { return Broadcast(make(&self)) }
    return Broadcast((0..<shape[axis]).map { _ in make(&self) }, axis: axis, rank: shape.count)
  }

  // Nodes

  private mutating func addInput(_ name: String, _ element: ValueType.Element) throws(GraphError) {
    let type = ValueType(element, shape())
    let value = try graph.append(.input(name: name, type), name: name)
    if let integer = type.integer {
      integers[name] = codes(type.count, integer)
    } else {
      reals[name] = dyadics(type.count)
    }
    exact.insert(value)
    pool.append(value)
  }

  /// Appends an exact node; short results go on to the pool.
  @discardableResult
  mutating func append(
    _ operation: IntaglioGraph.Operation,
    _ operands: [Value]
  )
    throws(GraphError) -> Value
  {
    let value = try graph.append(
      Node(operation, operands),
      name: "\(operation.name).\(graph.nodes.count)"
    )
    exact.insert(value)
    return value
  }

  private mutating func constant(_ shape: [Int], integer: Bool) throws(GraphError) -> Value {
    let count = shape.reduce(1, *)
    if integer, let tensor = Tensor(codes(count, .i(3)), .i(3), shape: shape) {
      return try append(.constant(tensor), [])
    }
    return try append(.constant(Tensor(dyadics(count), shape: shape)), [])
  }

  /// Brings a value back to a few bits: `requantize`, or `quantize` and `dequantize`.
  private mutating func settle(_ value: Value) throws(GraphError) {
    if graph.type(of: value).isInteger {
      pool.append(try requantize(value))
    } else {
      pool.append(try dequantize(try quantize(value)))
    }
  }

  mutating func zeroPoint(over shape: [Int]) -> ZeroPoint {
    broadcast(over: shape) { Int.random(in: -3...3, using: &$0.random) }
  }

  private mutating func quantize(_ value: Value) throws(GraphError) -> Value {
    let shape = graph.type(of: value).shape
    let quantizer = Quantizer(
      pick([.i(3), .u(4), .i8]),
      scale: broadcast(over: shape) { $0.powerOfTwo() },
      zeroPoint: zeroPoint(over: shape),
      placement: pick([.afterRounding, .beforeRounding])
    )
    return try append(.quantize(quantizer), [value])
  }

  private mutating func dequantize(_ value: Value) throws(GraphError) -> Value {
    let shape = graph.type(of: value).shape
    let dequantizer = Dequantizer(
      scale: broadcast(over: shape) { $0.powerOfTwo() },
      zeroPoint: zeroPoint(over: shape),
      offset: broadcast(over: shape) { Bool.random(using: &$0.random) ? .zero : $0.powerOfTwo() }
    )
    return try append(.dequantize(dequantizer), [value])
  }

  mutating func requantize(_ value: Value) throws(GraphError) -> Value {
    let shape = graph.type(of: value).shape
    let requantizer = Requantizer(
      pick([.i(3), .u(4), .i8]),
      multiplier: broadcast(over: shape) { $0.powerOfTwo() },
      offset: broadcast(over: shape) { $0.powerOfTwo() },
      zeroPoint: zeroPoint(over: shape)
    )
    return try append(.requantize(requantizer), [value])
  }

  private mutating func add(_ kind: Kind) throws(GraphError) {
    switch kind {
    case .reshape, .transpose, .slice, .broadcast: try addLayout(kind)
    case .concat:
      let value = operand()
      let axis = Int.random(in: graph.type(of: value).shape.indices, using: &random)
      pool.append(try append(.concat(axis: axis), [value, value]))
    case .matmul: try addMatmul()
    case .convolution: try addConvolution()
    case .add, .subtract, .multiply, .divide: try addElementwise(kind)
    case .sum:
      let value = operand()
      let axis = Int.random(in: graph.type(of: value).shape.indices, using: &random)
      try settle(try append(.sum(axis: axis), [value]))
    case .mean:
      let value = operand(integer: false)
      let axis = Int.random(in: graph.type(of: value).shape.indices, using: &random)
      let isShort = [1, 2, 4, 8].contains(graph.type(of: value).shape[axis])
      if isShort { try settle(try append(.mean(axis: axis), [value])) }
    case .function:
      let short = FunctionSample.all.filter { $0.exactness == .dyadic }.functions
      let function = pick(short + [.clip(lower: -1, upper: 1.5), .power(2)])
      try settle(try append(.function(function), [operand(integer: false)]))
    case .quantize: pool.append(try quantize(operand(integer: false)))
    case .dequantize: try settle(try dequantize(operand(integer: true)))
    case .requantize: pool.append(try requantize(operand(integer: true)))
    case .thresholds, .lookup, .scaledSum, .norm, .integerSoftmax, .rowThresholds, .quotient:
      try addIntegerFunction(kind)
    case .empty: try addEmpty()
    case .irrational, .softmax, .rowExponential, .layerNorm, .rmsNorm: try addIrrational(kind)
    }
  }

  private mutating func addLayout(_ kind: Kind) throws(GraphError) {
    let value = operand()
    let shape = graph.type(of: value).shape
    let axis = Int.random(in: shape.indices, using: &random)
    let layout: Layout
    switch kind {
    case .transpose: layout = .transpose(Array(shape.indices).shuffled(using: &random))
    case .slice:
      let start = Int.random(in: 0..<shape[axis], using: &random)
      layout = .slice(axis: axis, start: start, count: shape[axis] - start)
    case .broadcast where shape.count < 4: layout = .broadcast([2] + shape)
    default: layout = .reshape([shape.reduce(1, *) / shape[axis], 1, shape[axis]])
    }
    pool.append(try append(.layout(layout), [value]))
  }

  private mutating func addMatmul() throws(GraphError) {
    let a = operand()
    let type = graph.type(of: a)
    let batch = type.shape.dropLast(2).map { Bool.random(using: &random) ? $0 : 1 }
    let rows = type.shape[type.shape.count - 1]
    let b = try constant(batch + [rows, pick([1, 3, 4])], integer: type.isInteger)
    try settle(try append(.matmul, [a, b]))
  }

  private mutating func addConvolution() throws(GraphError) {
    let value = operand()
    let type = graph.type(of: value)
    let channels = type.count % 16 == 0 ? 4 : 1
    let pixels = type.count / channels
    let image = try append(.layout(.reshape([1, channels, pixels, 1])), [value])
    let groups = channels == 4 ? pick([1, 2]) : 1
    let window = [1, 2]
    let convolution = Convolution(
      strides: [pick([1, 2]), 1],
      padding: pick([[0, 0, 0, 1], [1, 2, 0, 1]]),
      dilations: [1, 1],
      groups: groups
    )
    let weight = try constant([2 * groups, channels / groups] + window, integer: type.isInteger)
    try settle(try append(.convolution(convolution), [image, weight]))
  }

  private mutating func addElementwise(_ kind: Kind) throws(GraphError) {
    let a = operand(integer: kind == .divide ? false : nil)
    let type = graph.type(of: a)
    let shape = type.shape.map { Bool.random(using: &random) ? $0 : 1 }
    let kept = Int.random(in: 0...shape.count, using: &random)
    let b = try constant(shape.suffix(kept), integer: type.isInteger)
    let flipped = Bool.random(using: &random)
    switch kind {
    case .add: try settle(try append(.add, flipped ? [b, a] : [a, b]))
    case .subtract: try settle(try append(.subtract, flipped ? [b, a] : [a, b]))
    case .divide:
      // A fifth axis, once.
      let divisors =
        type.shape.count < 5
        ? Tensor([-2.0, 2.0] as [Double], shape: [2, 1, 1, 1, 1]) : Tensor(scalar: -2)
      let two = try append(.constant(divisors), [])
      try settle(try append(.divide, [a, two]))
    default: try settle(try append(.multiply, flipped ? [b, a] : [a, b]))
    }
  }

  private mutating func addIrrational(_ kind: Kind) throws(GraphError) {
    let x = operand(integer: false)
    let type = graph.type(of: x)
    let operation: IntaglioGraph.Operation
    var operands = [x]
    switch kind {
    case .softmax: operation = .softmax
    case .rowExponential: operation = .rowExponential
    case .layerNorm:
      operation = .layerNorm(epsilon: 1e-5)
      let width = type.shape[type.shape.count - 1]
      operands.append(try constant([width], integer: false))
      operands.append(try constant([width], integer: false))
    case .rmsNorm:
      operation = .rmsNorm(epsilon: 1e-5)
      operands.append(try constant(type.shape.suffix(1), integer: false))
    default:
      let long = FunctionSample.all.filter { $0.exactness != .dyadic }.functions
      operation = .function(pick(long + [.power(3)]))
    }
    let value = try graph.append(Node(operation, operands))
    let scaled = try graph.append(.multiply, value, x)
    try graph.append(.layout(.reshape([type.count])), scaled)
  }
}
