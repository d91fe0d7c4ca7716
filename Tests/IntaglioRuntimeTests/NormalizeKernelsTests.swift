import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import Testing

@Suite("NormalizeKernels: RMS norm on reals")
struct NormalizeKernelsTests {
  @Test(
    "is within a rounding of float64, over rows of every width",
    arguments: [1, 2, 7, 16, 33, 197]
  )
  func rows(width: Int) throws {
    var random = SplitMix64(seed: UInt64(width))
    let gamma = (0..<width).map { _ in Double(Int.random(in: -9...9, using: &random)) / 4 }
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [3, width])))
    let constant = try graph.append(.constant(Tensor(gamma, shape: [width])))
    let norm = try graph.append(.rmsNorm(epsilon: 0.25), x, constant, name: "norm")
    graph.addOutput("y", norm)
    let values = (0..<3 * width).map { _ in Float.random(in: -8...8, using: &random) }
    let plan = try Plan(IntegerGraph(verifying: graph))
    let found = try Executor(plan).outputs(values, count: plan.batch)
    let truth = try Oracle<Double>(graph).run(["x": .real(values.map(Double.init))])
    let expected = try #require(truth["y"]?.reals)
    for (near, exact) in zip(found[0], expected) {
      #expect((Double(near) - exact).magnitude <= exact.magnitude * 0x1p-23)
    }
  }
}
