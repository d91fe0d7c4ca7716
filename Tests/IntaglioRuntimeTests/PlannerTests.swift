import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import IntaglioTestSupport
import Testing

/// What a plan of a small graph consists of, step by step.
@Suite("Planner")
struct PlannerTests {
  static func plan(
    _ graph: Graph,
    limit: InstructionSet = .scalar,
    options: PlanOptions = PlanOptions()
  ) throws -> Plan {
    try Plan(
      IntegerGraph(verifying: graph),
      kernels: KernelTable(limit: limit),
      options: options
    )
  }

  private static func passes(_ graph: Graph, observing: Set<Value> = []) throws -> [String] {
    try plan(graph, options: PlanOptions(observable: observing)).passes.map(\.description)
  }

  // Steps

  @Test(
    "a linear layer is one step, its bias in the start of the accumulators",
    arguments: [(2, "table"), (977, "multiply and shift")]
  )
  func linear(divisor: Int, requantization: String) throws {
    var graph = Graph()
    let x = try graph.input(.codes(.i8, 1, 4, 8))
    let bias = try graph.integers(.i32, [6])
    let sum = try graph.append(.add, try graph.product(x, 8, 6), bias)
    let requantizer = Requantizer(.i8, multiplier: Scale(Rational(1, over: divisor)))
    graph.addOutput("y", try graph.append(.requantize(requantizer), sum))
    let expected = ["0: matmul, codes → int32", "0: \(requantization), int32 → codes"]
    #expect(try Self.passes(graph) == expected)
  }

  @Test("a bias for every row is an addition, for every accumulator starts with its column's")
  func rowBias() throws {
    var graph = Graph()
    let x = try graph.input(.codes(.i8, 1, 4, 8))
    let bias = try graph.integers(.i32, [4, 1])
    graph.addOutput("y", try graph.append(.add, try graph.product(x, 8, 6), bias))
    let expected = ["0: matmul, codes → int32", "0: integer arithmetic, int32 → int32"]
    #expect(try Self.passes(graph) == expected)
  }

  @Test("what follows a product runs on its rows, up to the next product")
  func epilogue() throws {
    var graph = Graph()
    let x = try graph.input(.real(1, 4, 8))
    var codes = try graph.append(.quantize(.eighth), x)
    for _ in 0..<2 {
      let real = try graph.append(.dequantize(.eighth), try graph.product(codes, 8, 8))
      let result = try graph.append(.function(.gelu), real)
      codes = try graph.append(.quantize(.eighth), result)
    }
    graph.addOutput("y", codes)
    let layer = [
      "matmul, codes → int32", "dequantize, int32 → float32", "gelu, float32 → float32",
      "quantize, float32 → codes",
    ]
    #expect(
      try Self.passes(graph) == ["0: quantize, float32 → codes"] + layer.map { "1: \($0)" }
        + layer.map { "2: \($0)" }
    )
  }

  @Test("a value that two read, or that is observed, ends a step")
  func readers() throws {
    var graph = Graph()
    let x = try graph.input(.codes(.i8, 1, 4, 8))
    let real = try graph.append(.dequantize(.eighth), try graph.product(x, 8, 8))
    let relu = try graph.append(.function(.relu), real)
    let open = [
      "0: matmul, codes → int32", "0: dequantize, int32 → float32", "0: relu, float32 → float32",
    ]
    let cut = Array(open.dropLast()) + ["1: relu, float32 → float32"]
    var once = graph
    once.addOutput("y", relu)
    #expect(try Self.passes(once) == open)
    #expect(try Self.passes(once, observing: [real]) == cut)
    var twice = graph
    twice.addOutput("y", try twice.append(.add, relu, real))
    #expect(try Self.passes(twice) == cut + ["1: real arithmetic, float32 → float32"])
    twice.addOutput("z", relu)
    #expect(try Self.passes(twice) == cut + ["2: real arithmetic, float32 → float32"])
  }

  @Test("reshapes, transpositions and slices cost no step; a concatenation copies each part")
  func layouts() throws {
    var graph = Graph()
    let x = try graph.input(.codes(.i(7), 1, 4, 8))
    let rows = try graph.append(.layout(.slice(axis: 1, start: 1, count: 3)), x)
    let turned = try graph.append(.layout(.transpose([0, 2, 1])), x)
    let scores = try graph.append(.matmul, rows, turned)
    graph.addOutput("y", try graph.append(.layout(.reshape([12])), scores))
    #expect(try Self.passes(graph) == ["0: matmul, codes → int32"])
    graph.addOutput("z", try graph.append(.concat(axis: 1), rows, x))
    #expect(
      try Self.passes(graph) == [
        "0: matmul, codes → int32", "1: copy, codes → codes", "2: copy, codes → codes",
      ]
    )
  }

  @Test(
    "codes of 8 bits on both sides of products are copied for the right, narrower ones serve both",
    arguments: [.i8, .u8, .i(7), .u(7)] as [IntegerType]
  )
  func bothSides(type: IntegerType) throws {
    var graph = Graph()
    let x = try graph.input(ValueType(.integer(type), [1, 8, 8]))
    graph.addOutput("y", try graph.append(.matmul, x, x))
    let copies = type.bits == 8 ? ["0: copy, codes → codes"] : []
    #expect(try Self.passes(graph) == copies + ["\(copies.count): matmul, codes → int32"])
  }

  @Test("sums and means are steps of their own, in what they add up")
  func reductions() throws {
    var graph = Graph()
    let x = try graph.input(.codes(.i8, 1, 4, 8))
    graph.addOutput("s", try graph.append(.sum(axis: 1), x))
    let real = try graph.append(.dequantize(.eighth), x)
    graph.addOutput("m", try graph.append(.mean(axis: 2), real))
    #expect(
      try Self.passes(graph) == [
        "0: sum, codes → int32", "1: dequantize, codes → float32", "2: mean, float32 → float32",
      ]
    )
  }

  @Test("nothing but integers: a stream, its norm and its lookup")
  func integers() throws {
    var graph = Graph()
    let x = try graph.input(.codes(.i8, 1, 4, 8))
    let stream = ScaledSum(
      .i(16),
      multipliers: [Broadcast(3), Broadcast(200)],
      offset: Broadcast(0),
      shift: Broadcast(2)
    )
    let product = try graph.product(x, 8, 8)
    let sum = try graph.append(.integer(.scaledSum(stream)), product, x, name: "stream")
    let norm = IntegerNorm(
      isCentered: true,
      epsilon: Rational(1),
      requantizer: Requantizer(.i8, multiplier: Scale(Rational(32)))
    )
    graph.addOutput("norm", try graph.append(.integer(.norm(norm)), sum))
    let entries = IntegerType.i(16).range.map { $0 & 31 }
    let lookup = LookupFunction(.u8, index: .i(16), entries: entries)
    graph.addOutput("lookup", try graph.append(.integer(.lookup(lookup)), sum))
    #expect(
      try Self.passes(graph) == [
        "0: widen, codes → int32", "1: matmul, codes → int32", "1: scaled sum, int32 → int32",
        "2: norm by squares, int32 → codes", "3: lookup, int32 → codes",
      ]
    )
  }

  @Test("softmax of integers ends the product of its scores and feeds the next")
  func attention() throws {
    var graph = Graph()
    let x = try graph.input(.codes(.i(7), 1, 4, 8))
    let keys = try graph.append(.layout(.transpose([0, 2, 1])), x)
    let softmax = IntegerSoftmax(
      scale: Scale(Rational(1, over: 64)),
      exponential: .base2(fractionBits: 4, tableBits: 8),
      quantizer: Quantizer(.u8, scale: Scale(Rational(1, over: 255)))
    )
    let scores = try graph.append(.matmul, x, keys)
    let shares = try graph.append(.integer(.softmax(softmax)), scores)
    graph.addOutput("y", try graph.append(.matmul, shares, x))
    #expect(
      try Self.passes(graph) == [
        "0: matmul, codes → int32", "0: integer softmax, int32 → codes",
        "1: matmul, codes → int32",
      ]
    )
  }

  @Test("what constants alone decide is no step")
  func constants() throws {
    var graph = Graph()
    let x = try graph.input(.codes(.i8, 1, 4, 8))
    let weights = try graph.integers(.i(4), [6, 8])
    let turned = try graph.append(.layout(.transpose([1, 0])), weights)
    let sums = try graph.append(.sum(axis: 0), turned)
    graph.addOutput("y", try graph.append(.subtract, try graph.append(.matmul, x, turned), sums))
    #expect(try Self.passes(graph) == ["0: matmul, codes → int32"])
  }
}
