package import IntaglioGraph
import IntaglioNumerics

/// A seeded graph with integer matrix multiplications and exact reals in between.
///
/// Reals are dyadic fractions of at most 11 bits between quantizers and every function of them is exact, so float32 and float64
/// agree to the last bit: whatever the executor computes must equal the oracle.
package struct RandomProgram {
  package private(set) var graph = Graph()
  /// One sample after the other; whole numbers where the input is an integer.
  package let input: [Float]
  private var random: SplitMix64
  private var codes: [Value] = []
  private var reals: [Value] = []

  private enum Kind: CaseIterable {
    case layout, concat, weights, leftWeights, codesByCodes, integer, sum, mean, real, function
    case quantize, dequantize, requantize, wide
  }

  package init(seed: UInt64, steps: Int = 24) throws {
    var random = SplitMix64(seed: seed)
    let shape = Self.shape(&random)
    let isInteger = Bool.random(using: &random)
    let type = Self.code(&random)
    let range = isInteger ? type.range : -16...16
    input = (0..<shape.reduce(1, *)).map { _ in
      Float(Int.random(in: range, using: &random)) / (isInteger ? 1 : 8)
    }
    self.random = random
    let element = isInteger ? ValueType.Element.integer(type) : .real
    let x = try graph.append(.input(name: "x", ValueType(element, shape)))
    if !isInteger { reals = [x] }
    codes = [isInteger ? x : try quantize(x)]
    for _ in 0..<steps { try add(pick(Kind.allCases)) }
    let read = Set(graph.nodes.flatMap(\.operands))
    for value in graph.values where !read.contains(value) {
      graph.addOutput("y\(value.index)", value)
    }
  }

  /// The same for the oracle.
  package var inputs: [String: OracleTensor<Double>] {
    graph.type(of: graph.inputs[0]).isInteger
      ? ["x": .integer(input.map { Int($0) })] : ["x": .real(input.map(Double.init))]
  }

  // Choices

  private static func shape(_ random: inout SplitMix64) -> [Int] {
    let extents = [1, 2, 3, 4, 5, 7, 16, 17, 33]
    return (0..<Int.random(in: 2...4, using: &random)).map { axis in
      extents[Int.random(in: 0..<(axis < 2 ? 5 : extents.count), using: &random)]
    }
  }

  private static func code(_ random: inout SplitMix64) -> IntegerType {
    IntegerType(
      bits: Int.random(in: 2...8, using: &random),
      signed: Bool.random(using: &random)
    )
  }

  private mutating func pick<T>(_ choices: [T]) -> T {
    choices[Int.random(in: choices.indices, using: &random)]
  }

  private mutating func rational() -> Rational {
    let sign = Int.random(in: 0..<4, using: &random) == 0 ? -1 : 1
    let tied = Bool.random(using: &random)
    return Rational(
      sign * Int.random(in: 1...60, using: &random),
      over: tied ? 1 << Int.random(in: 0...8, using: &random) : 977
    )
  }

  private mutating func powerOfTwo() -> Rational {
    let magnitude = Rational(1, over: 1 << Int.random(in: 0...2, using: &random))
    return Bool.random(using: &random) ? -magnitude : magnitude
  }

  /// One number, or one per index of some axis.
  private mutating func broadcast<T>(
    over shape: [Int],
    _ make: (inout RandomProgram) -> T
  ) -> Broadcast<T> {
    let axis = Int.random(in: -1...shape.count, using: &random)
    guard shape.indices.contains(axis) else { return Broadcast(make(&self)) }
    return Broadcast((0..<shape[axis]).map { _ in make(&self) }, axis: axis, rank: shape.count)
  }

  private mutating func zeroPoint(over shape: [Int]) -> ZeroPoint {
    broadcast(over: shape) { Int.random(in: -3...3, using: &$0.random) }
  }

  private mutating func integers(_ shape: [Int], _ type: IntegerType) throws -> Value {
    let values = (0..<shape.reduce(1, *)).map { _ in Int.random(in: type.range, using: &random) }
    guard let tensor = Tensor(values, type, shape: shape) else { return codes[0] }
    return try graph.append(.constant(tensor))
  }

  private mutating func dyadics(_ shape: [Int], nonzero: Bool = false) throws -> Value {
    let values = (0..<shape.reduce(1, *)).map { _ -> Double in
      nonzero ? pick([-2, -1, 0.5, 4]) : Double(Int.random(in: -16...16, using: &random)) / 8
    }
    return try graph.append(.constant(Tensor(values, shape: shape)))
  }

  /// A shape that stretches over `shape`.
  private mutating func partial(_ shape: [Int]) -> [Int] {
    let kept = Int.random(in: 0...shape.count, using: &random)
    return shape.suffix(kept).map { Bool.random(using: &random) ? $0 : 1 }
  }

  // Nodes

  private mutating func quantize(_ value: Value) throws -> Value {
    let shape = graph.type(of: value).shape
    return try graph.append(
      .quantize(
        Quantizer(
          Self.code(&random),
          scale: broadcast(over: shape) { $0.powerOfTwo() },
          zeroPoint: zeroPoint(over: shape),
          placement: pick([.afterRounding, .beforeRounding])
        )
      ),
      value
    )
  }

  private mutating func dequantize(_ value: Value) throws -> Value {
    let shape = graph.type(of: value).shape
    return try graph.append(
      .dequantize(
        Dequantizer(
          scale: broadcast(over: shape) { $0.powerOfTwo() },
          zeroPoint: zeroPoint(over: shape),
          offset: broadcast(over: shape) {
            Bool.random(using: &$0.random) ? .zero : $0.powerOfTwo()
          }
        )
      ),
      value
    )
  }

  private mutating func requantize(_ value: Value, _ type: IntegerType) throws -> Value {
    let shape = graph.type(of: value).shape
    return try graph.append(
      .requantize(
        Requantizer(
          type,
          multiplier: broadcast(over: shape) { $0.rational() },
          offset: broadcast(over: shape) { $0.rational() },
          zeroPoint: zeroPoint(over: shape)
        )
      ),
      value
    )
  }

  /// Brings accumulators and reals back to a few bits.
  private mutating func settle(_ value: Value) throws {
    if !graph.type(of: value).isInteger {
      reals.append(try dequantize(try quantize(value)))
    } else if Bool.random(using: &random) {
      codes.append(try requantize(value, Self.code(&random)))
    } else {
      let code = try quantize(try dequantize(value))
      codes.append(code)
      if Bool.random(using: &random) { reals.append(try dequantize(code)) }
    }
  }

  private mutating func add(_ kind: Kind) throws {
    switch kind {
    case .layout: try addLayout()
    case .concat: try addConcat()
    case .weights: try addWeights(onTheLeft: false)
    case .leftWeights: try addWeights(onTheLeft: true)
    case .codesByCodes: try addCodesByCodes()
    case .integer: try addInteger()
    case .sum:
      let value = Bool.random(using: &random) || reals.isEmpty ? pick(codes) : pick(reals)
      let axis = Int.random(in: graph.type(of: value).shape.indices, using: &random)
      try settle(try graph.append(.sum(axis: axis), value))
    case .mean:
      guard !reals.isEmpty else { return }
      let value = pick(reals)
      let axis = Int.random(in: graph.type(of: value).shape.indices, using: &random)
      guard [1, 2, 4, 16].contains(graph.type(of: value).shape[axis]) else { return }
      try settle(try graph.append(.mean(axis: axis), value))
    case .real: try addReal()
    case .function:
      guard !reals.isEmpty else { return }
      let short = FunctionSample.all.filter { $0.exactness == .dyadic }.functions
      let function = pick(short + [.clip(lower: -1, upper: 1.5), .power(2)])
      try settle(try graph.append(.function(function), pick(reals)))
    case .quantize: if !reals.isEmpty { codes.append(try quantize(pick(reals))) }
    case .dequantize: reals.append(try dequantize(pick(codes)))
    case .requantize: codes.append(try requantize(pick(codes), Self.code(&random)))
    case .wide: try settle(try requantize(pick(codes), pick([.i(9), .u(12), .i(20)])))
    }
  }

  private mutating func addLayout() throws {
    let isCode = Bool.random(using: &random) || reals.isEmpty
    let value = isCode ? pick(codes) : pick(reals)
    let shape = graph.type(of: value).shape
    let axis = Int.random(in: shape.indices, using: &random)
    let start = Int.random(in: 0..<shape[axis], using: &random)
    let count = shape.reduce(1, *)
    var layouts: [Layout] = [
      .transpose(Array(shape.indices).shuffled(using: &random)),
      .slice(axis: axis, start: start, count: shape[axis] - start),
      .reshape([count / shape[axis], 1, shape[axis]]),
    ]
    if shape.count > 2 { layouts.append(.reshape([shape[0] * shape[1]] + shape.dropFirst(2))) }
    if shape.count < 4, count < 2000 { layouts.append(.broadcast([2] + shape)) }
    let moved = try graph.append(.layout(pick(layouts)), value)
    if isCode { codes.append(moved) } else { reals.append(moved) }
  }

  private mutating func addConcat() throws {
    let isCode = Bool.random(using: &random) || reals.isEmpty
    let value = isCode ? pick(codes) : pick(reals)
    let type = graph.type(of: value)
    guard type.count < 2000 else { return }
    let axis = Int.random(in: type.shape.indices, using: &random)
    let others = (isCode ? codes : reals).filter { other in
      let shape = graph.type(of: other).shape
      return graph.type(of: other).element == type.element && shape.count == type.shape.count
        && shape.indices.allSatisfy { $0 == axis || shape[$0] == type.shape[$0] }
    }
    let whole = try graph.append(Node(.concat(axis: axis), [value, pick(others)]))
    if isCode { codes.append(whole) } else { reals.append(whole) }
  }

  private mutating func addWeights(onTheLeft: Bool) throws {
    let value = pick(codes)
    let shape = graph.type(of: value).shape
    let batch = shape.dropLast(2).map { Bool.random(using: &random) ? $0 : 1 }
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    let size = pick([1, 3, 16, 17, 64, 65])
    let weights = try integers(
      batch + (onTheLeft ? [size, rows] : [columns, size]),
      Self.code(&random)
    )
    let operands = onTheLeft ? [weights, value] : [value, weights]
    var product = try graph.append(Node(.matmul, operands))
    if Bool.random(using: &random) {
      let row = try integers(pick([[], [graph.type(of: product).shape.last ?? 1]]), .i(9))
      product = try graph.append(pick([.add, .subtract]), product, row)
    }
    try settle(product)
  }

  private mutating func addCodesByCodes() throws {
    let a = pick(codes)
    let rank = graph.type(of: a).shape.count
    let swapped = Array(0..<rank - 2) + [rank - 1, rank - 2]
    let b = try graph.append(.layout(.transpose(swapped)), pick([a, try requantize(a, .i(3))]))
    try settle(try graph.append(.matmul, a, b))
  }

  private mutating func addInteger() throws {
    let value = pick(codes)
    let shape = graph.type(of: value).shape
    let other = pick([try integers(partial(shape), .i(6)), try requantize(value, .i(4))])
    let operands = pick([[value, other], [other, value]])
    try settle(try graph.append(Node(pick([.add, .subtract, .multiply]), operands)))
  }

  private mutating func addReal() throws {
    guard !reals.isEmpty else { return }
    let value = pick(reals)
    let shape = graph.type(of: value).shape
    if Int.random(in: 0..<4, using: &random) == 0 {
      let divisor = try dyadics(partial(shape), nonzero: true)
      try settle(try graph.append(.divide, value, divisor))
      return
    }
    let other = pick([try dyadics(partial(shape)), try dequantize(try quantize(value))])
    let operands = pick([[value, other], [other, value]])
    try settle(try graph.append(Node(pick([.add, .subtract, .multiply]), operands)))
  }
}
