import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import IntaglioTestSupport
import Testing

@Suite("Executor")
struct ExecutorTests {
  /// The first value that differs from the oracle, in words.
  static func difference(
    _ program: RandomProgram,
    _ kernels: KernelTable = KernelTable(),
    gemm: String? = nil
  ) throws -> String? {
    let graph = program.graph
    let observable = Set(graph.live)
    let plan = try Plan(
      IntegerGraph(verifying: graph),
      kernels: kernels,
      options: PlanOptions(observable: observable, gemmKernel: gemm)
    )
    let truth = try Oracle<Double>(graph).run(program.inputs, keeping: observable)
    var first: String?
    _ = try Executor(plan).run(program.input) { value, contents in
      if first == nil, !isEqual(contents, truth[value]) {
        first = "\(value.index) \(graph[value].operation.name) \(graph.type(of: value))"
      }
      return nil
    }
    return first
  }

  static func isEqual(_ contents: ValueContents, _ truth: OracleTensor<Double>?) -> Bool {
    switch (contents, truth) {
    case (.real(let a), .real(let b)): a.elementsEqual(b) { Double($0) == $1 }
    case (.integer(let a), .integer(let b)): a == b
    case (.real, _), (.integer, _): false
    }
  }

  @Test("every value of a random program equals the oracle", arguments: 0..<200 as Range<UInt64>)
  func everyValue(seed: UInt64) throws {
    let difference = try Self.difference(RandomProgram(seed: seed))
    #expect(difference == nil)
  }

  @Test("fused steps give the same outputs", arguments: 0..<200 as Range<UInt64>)
  func outputs(seed: UInt64) throws {
    let program = try RandomProgram(seed: seed)
    let plan = try Plan(IntegerGraph(verifying: program.graph))
    let truth = try Oracle<Double>(program.graph).run(program.inputs)
    let found = try Executor(plan).outputs(program.input, count: plan.batch)
    for (name, elements) in zip(plan.outputNames, found) {
      let expected = truth[name]?.reals ?? truth[name]?.integers?.map(Double.init)
      #expect(elements.map(Double.init) == expected, "\(name)")
    }
  }

  @Test(
    "every multiplication kernel gives the same values",
    arguments: KernelTable().gemms.map(\.name)
  )
  func everyKernel(name: String) throws {
    let kernel = try #require(KernelTable().gemm(named: name))
    let table = KernelTable(limit: kernel.instructionSet)
    for seed in 1000..<1012 as Range<UInt64> {
      let difference = try Self.difference(
        RandomProgram(seed: seed),
        table,
        gemm: name
      )
      #expect(difference == nil, "seed \(seed)")
    }
  }
}
