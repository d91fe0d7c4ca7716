import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Oracle: an observer")
struct OracleObserverTests {
  /// y = −(−x).
  private func twice() throws -> (graph: Graph, first: Value) {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", .real(2)), name: "x")
    let first = try graph.append(.function(.negate), x, name: "first")
    graph.addOutput("y", try graph.append(.function(.negate), first, name: "second"))
    return (graph, first)
  }

  @Test("sees every value that depends on the inputs, in order, and changes none by looking")
  func sees() throws {
    let graph = try twice().graph
    var seen: [String] = []
    let result = try Oracle<Double>(graph).run(["x": .real([1, -2])]) { value, _ in
      seen.append(graph.label(of: value))
      return nil
    }
    #expect(seen == ["x", "first", "second"])
    #expect(result["y"] == .real([1, -2]))
  }

  @Test("puts another value in place for all that read it")
  func replaces() throws {
    let (graph, first) = try twice()
    let result = try Oracle<Double>(graph).run(["x": .real([1, -2])], keeping: [first]) {
      value,
      _ in value == first ? .real([5, 6]) : nil
    }
    #expect(result[first] == .real([5, 6]))
    #expect(result["y"] == .real([-5, -6]))
  }

  @Test(
    "cannot put in what is of another size or kind",
    arguments: [OracleTensor<Double>.real([1]), .integer([1, 2]), .real([])]
  )
  func misfit(other: OracleTensor<Double>) throws {
    let (graph, first) = try twice()
    do throws(EvaluationError) {
      _ = try Oracle<Double>(graph).run(["x": .real([1, -2])]) { value, _ in
        value == first ? other : nil
      }
      Issue.record("taken")
    } catch {
      #expect(error == .replacement(.real(2), found: other.count, node: "first"))
      #expect(error.description.contains("observed first: expected real[2]"))
    }
  }
}
