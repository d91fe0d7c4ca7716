import IntaglioGraph
import IntaglioNumerics
import Testing

extension SplitMix64 {
  /// A program with every integer operation, each result named and an output.
  mutating func integerProgram() throws -> Graph {
    var graph = Graph()
    let (m, k, n) = (extent(), extent(1...6), extent(1...6))
    var names = 0
    func node(_ operation: IntaglioGraph.Operation, _ operands: Value...) throws -> Value {
      names += 1
      let value = try graph.append(Node(operation, operands), name: "n\(names)")
      graph.addOutput("n\(names)", value)
      return value
    }
    let a = try graph.codes("a", codeType(), [m, k])
    let product = try node(.matmul, a, graph.append(.constant(tensor(codeType(), [k, n]))))
    let corrected = try node(
      .subtract,
      product,
      node(.multiply, node(.sum(axis: 1), a), graph.append(.constant(tensor(.i(3), [n]))))
    )
    let codes = try node(
      .requantize(
        Requantizer(
          codeType(),
          multiplier: scales([n]),
          offset: scales([n]),
          zeroPoint: zeroPoints([n])
        )
      ),
      corrected
    )
    let stepped = try node(.integer(.thresholds(multiThreshold(n))), corrected)
    let index = try #require(graph.type(of: codes).integer)
    let entries = index.range.map { _ in integer(in: .i(5)) }
    let found = try node(
      .integer(.lookup(LookupFunction(.i(5), index: index, entries: entries))),
      codes
    )
    let stream = try node(
      .integer(
        .scaledSum(
          ScaledSum(
            .i(Int.random(in: 8...16, using: &self)),
            multipliers: [multipliers(n), multipliers(n)],
            offset: multipliers(n),
            shift: Broadcast(
              (0..<n).map { _ in Int.random(in: 0...12, using: &self) },
              shape: [n]
            )
          )
        )
      ),
      corrected,
      found
    )
    let normalized = try [false, true].map { isExact in
      try node(.integer(.norm(integerNorm(n, isExact: isExact))), stream)
    }
    let probabilities = try [
      .base2(fractionBits: 4, tableBits: 10), .base2Product, .shiftmax,
    ].map { (exponential: IntegerSoftmax.Exponential) in
      let softmax = IntegerSoftmax(
        scale: scales([m, 1]),
        exponential: exponential,
        quantizer: Quantizer(
          codeType(),
          scale: Scale(scale().magnitude),
          zeroPoint: zeroPoints([m, 1]),
          placement: Bool.random(using: &self) ? .beforeRounding : .afterRounding
        )
      )
      return try node(.integer(.softmax(softmax)), corrected)
    }
    _ = try node(.integer(.rowThresholds(rowThresholds(m))), corrected)
    _ = try node(
      .integer(
        .quotient(
          Quotient(
            Requantizer(
              codeType(),
              multiplier: scales([n]),
              offset: scales([m, 1]),
              zeroPoint: zeroPoints([n])
            )
          )
        )
      ),
      corrected,
      node(.sum(axis: 1), found)
    )
    let transposed = try graph.append(.layout(.transpose([1, 0])), normalized[0])
    _ = try node(.matmul, probabilities[0], transposed)
    let joined = try graph.append(.concat(axis: 0), stepped, stepped)
    _ = try node(.matmul, joined, graph.append(.constant(tensor(.i(4), [n, 3]))))
    _ = try node(.matmul, graph.append(.constant(tensor(.i(4), [2, m]))), normalized[1])
    return graph
  }

  /// The same elements, each moved to one end of what it can be, or left.
  mutating func ends(of tensor: OracleTensor<Rational>) -> OracleTensor<Rational> {
    guard let integers = tensor.integers, let low = integers.min(), let high = integers.max() else {
      return tensor
    }
    return .integer(integers.map { _ in Bool.random(using: &self) ? low : high })
  }

  private mutating func multipliers(_ count: Int) -> Broadcast<Int> {
    Broadcast(
      (0..<count).map { _ in Int.random(in: -500...500, using: &self) },
      shape: [count]
    )
  }

  private mutating func rowThresholds(_ count: Int) throws -> RowThresholds {
    let type = codeType()
    return RowThresholds(
      type,
      tables: Broadcast(try tables(count, type), shape: [count, 1]),
      fallsFromLargest: Bool.random(using: &self)
    )
  }

  private mutating func multiThreshold(_ count: Int) throws -> MultiThreshold {
    let type = codeType()
    return MultiThreshold(type, tables: Broadcast(try tables(count, type), shape: [count]))
  }

  private mutating func tables(_ count: Int, _ type: IntegerType) throws -> [ThresholdTable] {
    try (0..<count).map { _ in
      var (codes, steps) = ([Int.random(in: type.range, using: &self)], [Int]())
      for _ in 0..<Int.random(in: 0...9, using: &self) {
        let code = codes[codes.count - 1]
        let step =
          code == type.range.upperBound
          ? -1 : code == type.range.lowerBound || Bool.random(using: &self) ? 1 : -1
        steps.append(step)
        codes.append(code + step)
      }
      let thresholds = steps.map { _ in Int.random(in: -400...400, using: &self) }.sorted()
      return try ThresholdTable(base: codes[0], thresholds: thresholds, steps: steps)
    }
  }

  private mutating func integerNorm(_ count: Int, isExact: Bool) throws -> IntegerNorm {
    let epsilon = scale().magnitude
    let root = try #require(FixedPointRoot(count: count, bound: 1 << 18, epsilon: epsilon))
    return IntegerNorm(
      isCentered: Bool.random(using: &self),
      left: Broadcast((0..<count).map { _ in Int.random(in: 0...3, using: &self) }, shape: [count]),
      epsilon: epsilon,
      method: isExact ? .exact : .fixedPoint(root),
      requantizer: Requantizer(
        codeType(),
        multiplier: scales([count]).map { $0 * 50 },
        offset: scales([count]),
        zeroPoint: zeroPoints([count])
      )
    )
  }
}
