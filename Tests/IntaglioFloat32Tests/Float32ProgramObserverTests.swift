import IntaglioGraph
import IntaglioNumerics
import IntaglioFloat32
import IntaglioTestSupport
import Testing

@Suite("Float32Program: an observer")
struct Float32ProgramObserverTests {
  /// y = q + q with q = −x, so that q is read twice and may not be changed in place.
  private func doubled() throws -> (graph: Graph, negated: Value) {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", .real(2)), name: "x")
    let negated = try graph.append(.function(.negate), x, name: "negated")
    graph.addOutput("y", try graph.append(.add, negated, negated, name: "sum"))
    return (graph, negated)
  }

  @Test("sees every value that depends on the inputs, in order, and changes none by looking")
  func sees() throws {
    let graph = try doubled().graph
    var seen: [String] = []
    let result = try Float32Program(graph).run(["x": .real([1, -2])]) { value, _ in
      seen.append(graph.label(of: value))
      return nil
    }
    #expect(seen == ["x", "negated", "sum"])
    #expect(result["y"] == .real([-2, 4]))
  }

  @Test("puts another value in place for all that read it")
  func replaces() throws {
    let (graph, negated) = try doubled()
    let result = try Float32Program(graph).run(["x": .real([1, -2])], keeping: [negated]) {
      value,
      _ in
      value == negated ? .real([5, 6]) : nil
    }
    #expect(result[negated] == .real([5, 6]))
    #expect(result["y"] == .real([10, 12]))
  }

  @Test(
    "cannot put in what is of another size or kind",
    arguments: [Float32Tensor.real([1]), .integer([1, 2]), .real([])]
  )
  func misfit(other: Float32Tensor) throws {
    let (graph, negated) = try doubled()
    #expect(
      throws: EvaluationError.replacement(.real(2), found: other.count, node: "negated")
    ) {
      _ = try Float32Program(graph).run(["x": .real([1, -2])]) { value, _ in
        value == negated ? other : nil
      }
    }
  }
}
