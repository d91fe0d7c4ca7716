import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import Testing

@Suite("Plans with lookups")
struct LookupPlanTests {
  /// Codes that are scaled to an index, and the entries of a table behind it.
  private static func graph(_ entries: (Int) -> Int, _ type: IntegerType) throws -> Graph {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.integer(.i8), [1, 7, 70])))
    let index = ScaledSum(
      .i(16),
      multipliers: [Broadcast((0..<70).map { 5 * $0 - 170 }, axis: 2, rank: 3)],
      offset: Broadcast(-300),
      shift: Broadcast(0)
    )
    let lookup = LookupFunction(type, index: .i(16), entries: IntegerType.i(16).range.map(entries))
    let indices = try graph.append(.integer(.scaledSum(index)), x)
    graph.addOutput("y", try graph.append(.integer(.lookup(lookup)), indices))
    return graph
  }

  private static let codes = (0..<7 * 70).map { Float($0 * 37 % 256 - 128) }

  /// Whether the program's outputs are those of the oracle with these kernels.
  private static func equalsOracle(_ graph: Graph, _ plan: Plan) throws -> Bool {
    let inputs: [String: OracleTensor<Double>] = ["x": .integer(codes.map { Int($0) })]
    let output = try #require(graph.outputs.first?.value)
    let truth = try Oracle<Double>(graph).run(inputs, keeping: [output])
    guard case .integer(let expected) = truth[output] else { return false }
    return try Executor(plan).outputs(codes, count: 1) == [expected.map { Float($0) }]
  }

  @Test(
    "a table of few steps becomes cells where they pay, and its codes stay",
    arguments: InstructionSet.supported,
    [.i8, .u8] as [IntegerType]
  )
  func fewSteps(_ instructionSet: InstructionSet, type: IntegerType) throws {
    // Down and up again, over all codes: 255 · 128 is just below 2¹⁵.
    let graph = try Self.graph({ type.range.lowerBound + abs($0) / 129 }, type)
    let kernels = KernelTable(limit: instructionSet)
    let plan = try Plan(IntegerGraph(verifying: graph), kernels: kernels)
    let names = plan.passes.map(\.name)
    #expect(names.contains("lookup by cells") == kernels.lookup.prefersSegments)
    #expect(names.contains("lookup") != kernels.lookup.prefersSegments)
    #expect(try Self.equalsOracle(graph, plan))
  }

  @Test("a table of many steps stays a table", arguments: InstructionSet.supported)
  func manySteps(_ instructionSet: InstructionSet) throws {
    let graph = try Self.graph({ $0 & 31 }, .u8)
    let plan = try Plan(
      IntegerGraph(verifying: graph),
      kernels: KernelTable(limit: instructionSet)
    )
    let names = plan.passes.map(\.name)
    #expect(names.contains("lookup") && !names.contains("lookup by cells"))
    #expect(try Self.equalsOracle(graph, plan))
  }

  @Test("stored cells run on any kernels; where rows of them are missing the plan is refused")
  func stored() throws {
    let graph = try Self.graph({ abs($0) / 129 }, .u8)
    let plan = try Plan(IntegerGraph(verifying: graph))
    let stored = try StoredPlan(plan)
    for instructionSet in InstructionSet.supported {
      let again = try StoredPlanTests.read(stored, kernels: KernelTable(limit: instructionSet))
      #expect(again.passes == plan.passes)
      #expect(try Self.equalsOracle(graph, again))
    }
    guard plan.kernels.lookup.prefersSegments else { return }
    // One rise and one fall, each a 64-bit number, stand behind one another once.
    let counts = [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0] as [UInt8]
    let places = stored.steps.indices.dropLast(counts.count).filter {
      Array(stored.steps[$0..<$0 + counts.count]) == counts
    }
    var refused = 0
    for place in places {
      for (offset, count) in [(0, 2), (8, 2), (7, 0x80)] as [(Int, UInt8)] {
        var steps = stored.steps
        steps[place + offset] = count
        do { _ = try StoredPlanTests.read(stored, steps: steps) } catch is PlanStorageError {
          refused += 1
        }
      }
    }
    #expect(refused >= 3)
  }
}
