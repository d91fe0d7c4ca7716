import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

/// The proof every law goes through.
///
/// On a random instance, `rule` fires exactly when it should, the meaning stays equal in exact
/// arithmetic, outputs keep names and types, the measure drops, and applying the rule twice equals
/// applying it once.
/// `fires` says whether the law must apply to this instance; near-misses say `false`.
func checkRule(
  _ rule: some RewriteRule,
  on before: Graph,
  fires: Bool,
  random: inout SplitMix64,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let after = try checkForm(rule, on: before, fires: fires, sourceLocation: sourceLocation)
  let inputs = random.inputs(of: before)
  let expected = try Oracle<Rational>(before).run(inputs).outputs
  let found = try Oracle<Rational>(after).run(inputs).outputs
  #expect(found == expected, "exactly the same meaning", sourceLocation: sourceLocation)
}

/// All of `checkRule` but the meaning, for laws on numbers that exact arithmetic does not have or
/// that have a bound.
///
/// - Returns: the rewritten graph.
@discardableResult
func checkForm(
  _ rule: some RewriteRule,
  on before: Graph,
  fires: Bool,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> Graph {
  let after = try before.rewritten(by: [rule])
  let start = try before.pruned()
  if fires {
    #expect(
      rule.measure(after) < rule.measure(start),
      "the measure must drop",
      sourceLocation: sourceLocation
    )
  } else {
    #expect(after.nodes == start.nodes, "the law must not fire", sourceLocation: sourceLocation)
  }
  #expect(
    after.outputs.map(\.name) == before.outputs.map(\.name)
      && after.outputs.map { after.type(of: $0.value) }
        == before.outputs.map { before.type(of: $0.value) },
    "outputs keep names and types",
    sourceLocation: sourceLocation
  )
  let twice = try after.rewritten(by: [rule])
  #expect(twice.nodes == after.nodes, "twice equals once", sourceLocation: sourceLocation)
  return after
}

extension SplitMix64 {
  /// A random element for every element of every input of `graph`.
  mutating func inputs(of graph: Graph) -> [String: OracleTensor<Rational>] {
    var result: [String: OracleTensor<Rational>] = [:]
    for value in graph.inputs {
      guard case .input(let name, let type) = graph[value].operation else { continue }
      if let integer = type.integer {
        result[name] = .integer((0..<type.count).map { _ in self.integer(in: integer) })
      } else {
        result[name] = .real((0..<type.count).map { _ in self.real() })
      }
    }
    return result
  }

  /// The same element everywhere, or one for each index of `shape`.
  mutating func broadcast<T>(
    _ shape: [Int],
    _ make: (inout SplitMix64) -> T
  ) -> Broadcast<T> {
    Broadcast((0..<shape.reduce(1, *)).map { _ in make(&self) }, shape: shape)
  }

  mutating func pick<T>(_ choices: [T]) -> T {
    choices[Int.random(in: choices.indices, using: &self)]
  }

  mutating func integer(in type: IntegerType) -> Int {
    Int.random(in: type.range.clamped(to: -1000...1000), using: &self)
  }

  /// A small dyadic number, often one that makes ties.
  mutating func real() -> Rational { Rational(Int.random(in: -256...256, using: &self), over: 16) }

  /// A scale as a float32 would hold it, positive or (one in four) negative.
  mutating func scale() -> Rational {
    let magnitude = Rational(Int.random(in: 1..<1 << 24, using: &self), over: 1 << 28)
    return Int.random(in: 0..<4, using: &self) == 0 ? -magnitude : magnitude
  }

  mutating func scales(_ shape: [Int]) -> Scale {
    Scale((0..<shape.reduce(1, *)).map { _ in scale() }, shape: shape)
  }

  mutating func zeroPoints(_ shape: [Int]) -> ZeroPoint {
    ZeroPoint(
      (0..<shape.reduce(1, *)).map { _ in Int.random(in: -5...5, using: &self) },
      shape: shape
    )
  }

  /// A type of 2 to 8 bits.
  mutating func codeType() -> IntegerType {
    IntegerType(bits: Int.random(in: 2...8, using: &self), signed: Bool.random(using: &self))
  }

  mutating func tensor(_ type: IntegerType, _ shape: [Int]) throws -> Tensor {
    let elements = (0..<shape.reduce(1, *)).map { _ in integer(in: type) }
    return try #require(Tensor(elements, type, shape: shape))
  }

  mutating func extent(_ range: ClosedRange<Int> = 1...4) -> Int {
    Int.random(in: range, using: &self)
  }
}

extension EvaluatedTensor<Rational, Int> {
  /// The same elements as float64.
  var doubles: OracleTensor<Double> {
    switch self {
    case .real(let values): .real(values.map(\.doubleValue))
    case .integer(let values): .integer(values)
    }
  }
}

extension Graph {
  /// Appends an input of integers.
  mutating func codes(_ name: String, _ type: IntegerType, _ shape: [Int]) throws -> Value {
    try append(.input(name: name, ValueType(.integer(type), shape)), name: name)
  }

  mutating func reals(_ name: String, _ shape: [Int]) throws -> Value {
    try append(.input(name: name, ValueType(.real, shape)), name: name)
  }

  /// How many live nodes are the integer function that `matches`.
  func countFunctions(_ matches: (IntegerFunction) -> Bool) -> Int {
    count { if case .integer(let function) = $0 { matches(function) } else { false } }
  }

  /// How many live nodes `matches`.
  func count(_ matches: (Operation) -> Bool) -> Int {
    live.count { matches(self[$0].operation) }
  }

  /// How many live multiplications of matrices are on reals.
  var realMatmuls: Int {
    live.count { self[$0].operation.isMatrixMultiplication && !type(of: $0).isInteger }
  }
}
