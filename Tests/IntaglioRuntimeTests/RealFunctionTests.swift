import IntaglioGraph
import IntaglioRewrite
import IntaglioRuntime
import IntaglioTestSupport
import Testing

@Suite("Functions on reals")
struct RealFunctionTests {
  @Test(
    "are within a few roundings of float64, over rows of every width",
    arguments: FunctionSample.all,
    [1, 7, 16, 33]
  )
  func rows(sample: FunctionSample, width: Int) throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [3, width])))
    graph.addOutput("y", try graph.append(.function(sample.function), x, name: "function"))
    let values = (0..<3 * width).map { Float($0 * 37 % 101) / 8 - 6 }
    let plan = try Plan(IntegerGraph(verifying: graph))
    let found = try Executor(plan).outputs(values, count: plan.batch)
    let truth = try Oracle<Double>(graph).run(["x": .real(values.map(Double.init))])
    let expected = try #require(truth["y"]?.reals)
    for (near, exact) in zip(found[0], expected) {
      #expect((Double(near) - exact).magnitude <= 3e-7 * max(1, exact.magnitude))
    }
  }
}
