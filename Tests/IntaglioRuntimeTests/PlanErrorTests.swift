import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import IntaglioTestSupport
import Testing

/// Much that no plan has never comes here: `Graph` and `IntegerGraph` refuse it.
@Suite("PlanError: what has no plan is refused, with the node's name")
struct PlanErrorTests {
  private static func refusal(_ graph: Graph) throws -> PlanError? {
    let proof = try IntegerGraph(verifying: graph)
    do throws(PlanError) {
      _ = try Plan(proof, kernels: KernelTable(limit: .scalar))
      return nil
    } catch {
      return error
    }
  }

  private static func refusal(
    _ operation: IntaglioGraph.Operation,
    _ operand: ValueType
  ) throws -> PlanError? {
    try refusal(SmallGraph(operation, operand).graph)
  }

  @Test("two inputs, for an executor feeds one; none that an output reads; no output")
  func ports() throws {
    let two = try SmallGraph(.add, .real(2, 3), .real(2, 3)).graph
    #expect(try Self.refusal(two) == .inputs(["a", "b"]))
    var graph = Graph()
    try graph.input(.real(2, 3))
    #expect(try Self.refusal(graph) == .noOutputs)
    graph.addOutput("y", try graph.append(.constant(Tensor([1, 2] as [Float], shape: [2]))))
    #expect(try Self.refusal(graph) == .inputs([]))
  }

  @Test("a scale or a zero point that 32 bits do not hold")
  func constants() throws {
    let tiny = Scale(
      Rational(1, over: 1 << 62) * Rational(1, over: 1 << 62) * Rational(1, over: 1 << 62)
    )
    let quantizer = Quantizer(.i8, scale: tiny)
    let scale = PlanError.constantOutOfRange(
      what: "scale",
      value: "\(0x1p-186)",
      node: "node.y"
    )
    #expect(try Self.refusal(.quantize(quantizer), .real(2, 3)) == scale)
    let far = Quantizer(.i8, scale: Scale(Rational(1)), zeroPoint: ZeroPoint(1 << 21))
    let zero = PlanError.constantOutOfRange(what: "zero point", value: "2097152", node: "node.y")
    #expect(try Self.refusal(.quantize(far), .real(2, 3)) == zero)
  }

  @Test("a constant that has no codes")
  func folding() throws {
    var graph = Graph()
    let x = try graph.input(.codes(.i8, 2, 2))
    let reals = try graph.append(.constant(Tensor([.nan, 1, 2, 3] as [Float], shape: [2, 2])))
    let weights = try graph.append(.quantize(.eighth), reals, name: "weights")
    graph.addOutput("y", try graph.append(.matmul, x, weights))
    guard case .constant(_, let reason) = try Self.refusal(graph) else {
      Issue.record("not refused")
      return
    }
    #expect(reason.contains("(node weights)"))
  }

  @Test("bytes whose sums can leave 32 bits, where the codes' own cannot")
  func accumulator() throws {
    let depth = 40_000
    var graph = Graph()
    let x = try graph.input(.codes(.u8, 1, depth))
    let one = [127] + Array(repeating: 0, count: depth - 1)
    let weights = try #require(Tensor(one, .i8, shape: [depth, 1]))
    let result = try graph.append(.matmul, x, try graph.append(.constant(weights)), name: "head")
    graph.addOutput("y", result)
    let expected = PlanError.accumulator(node: "head", depth: depth, magnitude: 255 * 127)
    #expect(try Self.refusal(graph) == expected)
  }

  @Test("every message is one line that names the node")
  func messages() {
    let errors: [PlanError] = [
      .unsupported(operation: "clip", node: "here", reason: "expected another"),
      .constantOutOfRange(what: "scale", value: "1e-60", node: "here"),
      .integer(.u(32), node: "here"),
      .accumulator(node: "here", depth: 3, magnitude: 4),
      .constant(node: "here", reason: "it is infinite"),
    ]
    for error in errors {
      #expect(error.description.contains("(node here)") && !error.description.contains("\n"))
    }
  }
}
