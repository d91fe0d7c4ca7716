import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import Testing

@Suite("Plans relative to rows")
struct RowPlanTests {
  /// Scores behind a product, row thresholds of them, and quotients of another product by their sum.
  private struct Instance {
    var random: SplitMix64
    var widest = 1 << 12
    var type = IntegerType.u8

    mutating func table() throws -> ThresholdTable {
      var (codes, steps) = ([Int.random(in: type.range, using: &random)], [Int]())
      for _ in 0..<Int.random(in: 0...40, using: &random) {
        let code = codes[codes.count - 1]
        let rises = code == type.range.lowerBound || Bool.random(using: &random)
        steps.append(rises && code < type.range.upperBound ? 1 : -1)
        codes.append(code + steps[steps.count - 1])
      }
      let thresholds = steps.map { _ in
        Int.random(in: -3...Int.random(in: 0...widest, using: &random), using: &random)
      }
      return try ThresholdTable(base: codes[0], thresholds: thresholds.sorted(), steps: steps)
    }

    mutating func pick<T>(_ choices: [T]) -> T {
      choices[Int.random(in: choices.indices, using: &random)]
    }

    mutating func broadcast<T>(
      _ shape: [Int],
      _ make: (inout Instance) throws -> T
    ) rethrows
      -> Broadcast<T>
    {
      Broadcast(try (0..<shape.reduce(1, *)).map { _ in try make(&self) }, shape: shape)
    }

    mutating func rational() -> Rational {
      let isShort = Bool.random(using: &random)
      return Rational(
        Int.random(in: -60...60, using: &random) * 2 + 1,
        over: isShort ? 1 << Int.random(in: 0...4, using: &random) : 977
      )
    }

    mutating func rows() throws -> RowThresholds {
      RowThresholds(
        type,
        tables: try broadcast(pick([[], [2, 1, 1], [7, 1]])) { try $0.table() },
        fallsFromLargest: Bool.random(using: &random)
      )
    }

    mutating func requantizer(_ columns: Int) -> Requantizer {
      Requantizer(
        pick([.u(4), .i8, .u8, .i(3)]),
        multiplier: broadcast(pick([[], [2, 1, columns], [7, 1], [columns]])) { $0.rational() },
        offset: broadcast(pick([[], [columns]])) { $0.rational() },
        zeroPoint: broadcast(pick([[], [columns]])) { Int.random(in: -5...5, using: &$0.random) }
      )
    }

    mutating func graph(columns: Int) throws -> Graph {
      var graph = Graph()
      let x = try graph.append(.input(name: "x", ValueType(.integer(.i(6)), [2, 7, 19])))
      let turned = try graph.append(.layout(.transpose([0, 2, 1])), x)
      let factor = try graph.append(.constant(#require(Tensor([pick([1, 97])], .u8, shape: []))))
      let scores = try graph.append(.multiply, graph.append(.matmul, x, turned), factor)
      let levels = try graph.append(.integer(.rowThresholds(rows())), scores, name: "levels")
      graph.addOutput("levels", levels)
      // Of codes that no product stands before.
      graph.addOutput("own", try graph.append(.integer(.rowThresholds(rows())), x))
      let weights = (0..<2 * 7 * columns).map { _ in Int.random(in: -8...7, using: &random) }
      let values = try graph.append(
        .constant(#require(Tensor(weights, .i(4), shape: [2, 7, columns])))
      )
      let product = try graph.append(.matmul, levels, values)
      let sum = try graph.append(.sum(axis: 2), levels)
      let quotient = IntegerFunction.quotient(Quotient(requantizer(columns)))
      graph.addOutput("y", try graph.append(Node(.integer(quotient), [product, sum])))
      // Of codes, with divisors of either sign and zero among them.
      let own = IntegerFunction.quotient(Quotient(requantizer(19)))
      let divisors = try graph.append(.layout(.slice(axis: 2, start: 3, count: 1)), x)
      graph.addOutput("ratio", try graph.append(Node(.integer(own), [x, divisors])))
      return graph
    }

    mutating func input() -> [Float] {
      (0..<2 * 7 * 19).map { _ in
        Float(pick([0, 1, -2, 31, -32, Int.random(in: -32...31, using: &random)]))
      }
    }
  }

  private func expectEqual(
    _ graph: Graph,
    _ plan: Plan,
    _ input: [Float]
  ) throws {
    let inputs: [String: OracleTensor<Double>] = ["x": .integer(input.map { Int($0) })]
    let truth = try Oracle<Double>(graph).run(inputs)
    let found = try Executor(plan).outputs(input, count: plan.batch)
    for (name, elements) in zip(plan.outputNames, found) {
      #expect(truth[name]?.integers?.map(Float.init) == elements, "\(name)")
    }
  }

  @Test(
    "every code equals the oracle's, ties and divisors of 0 as well",
    arguments: InstructionSet.supported,
    0..<24 as Range<UInt64>
  )
  func equal(_ instructionSet: InstructionSet, seed: UInt64) throws {
    var instance = Instance(random: SplitMix64(seed: seed))
    // Tables of every distance, and of too many of them.
    instance.widest = [9, 1 << 12, 1 << 18][Int(seed % 3)]
    instance.type = [IntegerType.u8, .u(4), .i(5), .u(2)][Int(seed % 4)]
    let graph = try instance.graph(columns: [1, 3, 16, 21][Int(seed / 4 % 4)])
    let plan = try Plan(
      IntegerGraph(verifying: graph),
      kernels: KernelTable(limit: instructionSet)
    )
    for _ in 0..<4 { try expectEqual(graph, plan, instance.input()) }
    let stored = try StoredPlan(plan)
    let again = try StoredPlanTests.read(stored, kernels: KernelTable(limit: instructionSet))
    #expect(again.passes == plan.passes)
    try expectEqual(graph, again, instance.input())
  }

  @Test("distances are looked up where there are few of them, and counted where there are not")
  func forms() throws {
    func names(_ tables: Broadcast<ThresholdTable>) throws -> [String] {
      var graph = Graph()
      let x = try graph.append(.input(name: "x", ValueType(.integer(.i(20)), [2, 3, 5])))
      let rows = RowThresholds(.u(2), tables: tables)
      graph.addOutput("y", try graph.append(.integer(.rowThresholds(rows)), x))
      return try Plan(IntegerGraph(verifying: graph), kernels: KernelTable(limit: .scalar))
        .passes.map(\.name)
    }
    func table(_ last: Int) throws -> ThresholdTable {
      try ThresholdTable(base: 2, thresholds: [3, last], steps: [-1, -1])
    }
    let (near, far) = (try table(65_535), try table(65_536))
    #expect(try names(Broadcast(near)).contains("lookup"))
    #expect(try names(Broadcast(far)).contains("steps"))
    #expect(try names(Broadcast([near, try table(7)], shape: [2, 1, 1])).contains("row lookup"))
    #expect(try names(Broadcast([near, far], shape: [2, 1, 1])).contains("steps"))
  }

  @Test("the float path runs the row exponential, −∞ and all")
  func floats() throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [3, 21])))
    graph.addOutput("y", try graph.append(.rowExponential, x))
    var random = SplitMix64(seed: 5)
    let input = (0..<63).map { index in
      index % 7 == 3 ? -Float.infinity : Float.random(in: -9...9, using: &random)
    }
    let truth = try Oracle<Double>(graph).run(["x": .real(input.map(Double.init))])["y"]?.reals
    let expected = try #require(truth)
    for instructionSet in InstructionSet.supported {
      let plan = try Plan(
        IntegerGraph(verifying: graph),
        kernels: KernelTable(limit: instructionSet)
      )
      let found = try Executor(plan).outputs(input, count: plan.batch)[0]
      for (a, b) in zip(found, expected) { #expect((Double(a) - b).magnitude <= 3e-7 * b) }
      #expect(zip(found, input).allSatisfy { $1 != -.infinity || $0 == 0 })
    }
  }
}
