import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import IntaglioTestSupport
import Testing

extension PlannerTests {
  /// Layers of 64 × 64 codes, one after the other.
  private static func layers(_ count: Int, isResidual: Bool = false) throws -> Graph {
    var graph = Graph()
    var x = try graph.input(.codes(.i8, 1, 64, 64))
    for _ in 0..<count {
      var sum = try graph.product(x, 64, 64)
      if isResidual { sum = try graph.append(.add, sum, x) }
      x = try graph.append(.requantize(.half), sum)
    }
    graph.addOutput("y", x)
    return graph
  }

  @Test("however many layers, their codes take turns in at most three places", arguments: 2...9)
  func layersTakeTurns(count: Int) throws {
    let memory = try Self.plan(Self.layers(count)).memory
    #expect(memory.buffers.map(\.size) == Array(repeating: 64 * 64, count: count + 1))
    #expect(memory.buffers.map(\.life.upperBound) == Array(0..<count) + [count - 1])
    #expect(MemoryPlanTests.clash(memory) == nil)
    #expect(Set(memory.offsets).isSubset(of: [0, 64 * 64, 2 * 64 * 64]))
    #expect(memory.lowerBound == 2 * 64 * 64)
  }

  @Test("what a later step reads keeps its place until then", arguments: [1, 4])
  func residual(count: Int) throws {
    let memory = try Self.plan(Self.layers(count, isResidual: true)).memory
    #expect(MemoryPlanTests.clash(memory) == nil)
    // A layer's codes, the same as 32-bit integers for the addition, and the result.
    let sizes = memory.buffers.map(\.size)
    #expect(sizes.count == 2 * count + 1)
    #expect(sizes.filter { $0 == 4 * 64 * 64 }.count == count)
    #expect(memory.peak == 6 * 64 * 64)
  }

  @Test("an output that an early step makes is there at the end")
  func earlyOutput() throws {
    var graph = try Self.layers(1)
    let first = try #require(graph.outputs.first?.value)
    var x = first
    for _ in 0..<4 { x = try graph.append(.requantize(.half), try graph.product(x, 64, 64)) }
    graph.addOutput("z", x)
    let plan = try Self.plan(graph)
    #expect(plan.memory.buffers[1].life == 0...4)
    #expect(MemoryPlanTests.clash(plan.memory) == nil)
    #expect(plan.memory.lowerBound == 3 * 64 * 64)
  }

  @Test("buffers are alive from the step that writes them to the last that reads them")
  func lives() throws {
    let plan = try Self.plan(Self.layers(3))
    #expect(plan.passes.map(\.step) == [0, 0, 1, 1, 2, 2])
    #expect(plan.memory.buffers.map(\.life) == [0...0, 0...1, 1...2, 2...2])
  }

  // Kernels

  /// Codes times weights, and codes times codes, of `bits` bits.
  private static func products(_ type: IntegerType) throws -> Graph {
    var graph = Graph()
    let x = try graph.input(ValueType(.integer(type), [1, 8, 8]))
    let weights = try graph.integers(.i(type.bits), [8, 8])
    graph.addOutput("weights", try graph.append(.matmul, x, weights))
    graph.addOutput("codes", try graph.append(.matmul, x, x))
    return graph
  }

  @Test(
    "the kernel is the fastest that is exact for the operands and within the limit",
    arguments: InstructionSet.supported,
    [2, 3, 4, 8]
  )
  func kernels(_ limit: InstructionSet, bits: Int) throws {
    let table = KernelTable(limit: limit)
    let type = IntegerType.u(bits)
    let plan = try Self.plan(Self.products(type), limit: limit)
    let (largest, weights) = (type.range.upperBound, IntegerType.i(bits).range)
    // Unsigned bytes are moved down where a kernel takes signed ones.
    let codes = bits == 8 ? -128...127 : type.range
    let expected = [
      table.gemm(largestA: largest, rangeB: weights),
      table.gemm(largestA: largest, rangeB: codes, packsOften: true),
    ]
    #expect(plan.gemmKernels == expected.map(\.name))
    #expect(expected.allSatisfy { $0.instructionSet.isSubset(of: limit) })
  }

  @Test("portable C has one kernel")
  func portableKernel() throws {
    let names = try Self.plan(Self.products(.u8)).gemmKernels
    #expect(names == Array(repeating: "intaglio_gemm_u8s8_1x1__scalar", count: 2))
  }

  @Test(
    "avx2 has one kernel for each size of products",
    .enabled(if: InstructionSet(named: "avx2")?.isSupported == true),
    arguments: [(3, "u8s8sums64_6x16"), (8, "u8s8_3x16")]
  )
  func kernelsOfAVX2(bits: Int, name: String) throws {
    let avx2 = try #require(InstructionSet(named: "avx2"))
    let names = try Self.plan(Self.products(.u(bits)), limit: avx2).gemmKernels
    #expect(names == Array(repeating: "intaglio_gemm_\(name)__avx2", count: 2))
  }

  @Test(
    "a kernel that is asked for is taken where it is exact, and nowhere else",
    .enabled(if: InstructionSet(named: "avx2")?.isSupported == true)
  )
  func askedKernel() throws {
    let avx2 = try #require(InstructionSet(named: "avx2"))
    let name = "intaglio_gemm_u8s8pairs_6x16__avx2"
    let options = PlanOptions(gemmKernel: name)
    let narrow = try Self.plan(Self.products(.u(3)), limit: avx2, options: options)
    #expect(narrow.gemmKernels == [name, name])
    let wide = try Self.plan(Self.products(.u8), limit: avx2, options: options)
    #expect(!wide.gemmKernels.contains(name))
    let beyond = try Self.plan(Self.products(.u(3)), limit: .scalar, options: options)
    #expect(!beyond.gemmKernels.contains(name))
  }

  @Test("weights lie at the width of their type", arguments: 2...8)
  func weightWidths(bits: Int) throws {
    #expect(try Self.plan(Self.products(.u(bits))).weightWidths == [bits])
  }
}
