import BigInt
import Foundation
import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("WidthTable: what is stated is reached")
struct WidthTableReachTests {
  @Test("accumulators of linear layers reach both ends", arguments: 0..<64 as Range<UInt64>)
  func linear(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (depth, columns) = (random.extent(1...9), random.extent())
    let type = random.codeType()
    var graph = Graph()
    let codes = try graph.codes("a", type, [1, depth])
    let tensor = try random.tensor(random.codeType(), [depth, columns])
    let product = try graph.append(.matmul, codes, graph.append(.constant(tensor)), name: "fc")
    graph.addOutput("y", product)
    let weights = try #require(tensor.integers)
    var reached: [Int] = []
    for column in 0..<columns {
      for (high, low) in [
        (type.range.upperBound, type.range.lowerBound),
        (type.range.lowerBound, type.range.upperBound),
      ] {
        let row = (0..<depth).map { weights[$0 * columns + column] > 0 ? high : low }
        let result = try Oracle<Rational>(graph).run(["a": .integer(row)])
        reached.append(try #require(result["y"]?.integers)[column])
      }
    }
    let row = try graph.row(.accumulator, "fc")
    #expect(row.range == BigInt(try #require(reached.min()))...BigInt(try #require(reached.max())))
  }

  @Test("Q·Kᵀ and P·V reach both ends with all codes at theirs")
  func attention() throws {
    var graph = Graph()
    let q = try graph.codes("q", .i(3), [1, 5])
    let k = try graph.codes("k", .i(3), [5, 1])
    let p = try graph.codes("p", .u(3), [1, 5])
    graph.addOutput("qk", try graph.append(.matmul, q, k, name: "qk"))
    graph.addOutput("pv", try graph.append(.matmul, p, k, name: "pv"))
    func run(_ q: Int, _ k: Int, _ p: Int) throws -> [Int?] {
      let inputs = ["q": q, "k": k, "p": p].mapValues {
        OracleTensor<Rational>.integer([Int](repeating: $0, count: 5))
      }
      let result = try Oracle<Rational>(graph).run(inputs)
      return [result["qk"]?.integers?[0], result["pv"]?.integers?[0]]
    }
    #expect(try run(-4, 3, 7) == [-60, 105])
    #expect(try run(-4, -4, 7) == [80, -140])
    #expect(try graph.row(.accumulator, "qk").range == -60...80)
    #expect(try graph.row(.accumulator, "pv").range == -140...105)
    #expect(try graph.row(.accumulator, "qk").bits == 8)
    #expect(try graph.row(.accumulator, "pv").bits == 9)
  }

  @Test("a partial sum goes farther than the sum where codes never are zero")
  func partialSums() throws {
    var graph = Graph()
    // Codes 4…7.
    let codes = try graph.append(
      .requantize(Requantizer(.u(3), multiplier: Scale(1), zeroPoint: ZeroPoint(4))),
      graph.codes("a", .u(2), [1, 3])
    )
    let weights = try #require(Tensor([5, -1, -3], .i(4), shape: [3, 1]))
    let product = try graph.append(.matmul, codes, graph.append(.constant(weights)), name: "fc")
    let sum = try graph.append(.sum(axis: 1), codes, name: "sum")
    graph.addOutput("y", product)
    graph.addOutput("z", sum)
    #expect(try graph.row(.accumulator, "fc").range == (5 * 4 - 4 * 7)...(5 * 7 - 4 * 4))
    #expect(try graph.row(.partialSum, "fc").range == -4 * 7...5 * 7)
    #expect(try graph.row(.accumulator, "sum").range == 12...21)
    #expect(try graph.row(.partialSum, "sum").range == 0...21)
  }

  @Test("a stream's products, sums and codes reach both ends, channel by channel")
  func stream() throws {
    var graph = Graph()
    let a = try graph.codes("a", .i(4), [1, 2])
    let b = try graph.codes("b", .u(3), [1, 2])
    let sum = ScaledSum(
      .i(8),
      multipliers: [Broadcast([5, -9], shape: [2]), Broadcast(7)],
      offset: Broadcast([1, 2], shape: [2]),
      shift: Broadcast(1)
    )
    graph.addOutput("y", try graph.append(.integer(.scaledSum(sum)), a, b, name: "add"))
    #expect(try graph.row(.product, "add").range == -9 * 7 ... -9 * -8)
    #expect(try graph.row(.sumBeforeShift, "add").range == -9 * 7 + 2...9 * 8 + 49 + 2)
    #expect(try graph.row(.code, "add").range == -30...62)
    let low = try Oracle<Rational>(graph).run(["a": .integer([0, 7]), "b": .integer([0, 0])])
    let high = try Oracle<Rational>(graph).run(["a": .integer([0, -8]), "b": .integer([0, 7])])
    #expect(low["y"]?.integers?[1] == -30 && high["y"]?.integers?[1] == 62)
  }

  @Test(
    "deviation, energy and sums of a norm reach their ends",
    arguments: [1, 2, 3, 4, 5, 8],
    [true, false]
  )
  func norm(count: Int, isCentered: Bool) throws {
    var graph = Graph()
    let x = try graph.codes("x", .i(5), [1, count])
    let norm = IntegerNorm(
      isCentered: isCentered,
      left: Broadcast(2),
      epsilon: Rational(1, over: 8),
      requantizer: Requantizer(.i(4), multiplier: Scale(Rational(3, over: 2)))
    )
    graph.addOutput("y", try graph.append(.integer(.norm(norm)), x, name: "norm"))
    let (low, high) = (-64, 60)
    func row(_ first: Int, then others: Int, count firstCount: Int = 1) -> NormalizedRow {
      NormalizedRow(
        (0..<count).map { $0 < firstCount ? first : others },
        isCentered: isCentered
      )
    }
    #expect(try graph.row(.shiftedValue, "norm").range == -64...60)
    #expect(try graph.row(.squareSum, "norm").range == 0...BigInt(count * 64 * 64))
    let up = row(high, then: low).deviations[0]
    let down = row(low, then: high).deviations[0]
    #expect(try graph.row(.deviation, "norm").range == BigInt(down)...BigInt(up))
    let largest =
      isCentered ? row(high, then: low, count: count / 2).energy : row(low, then: low).energy
    #expect(try graph.row(.energy, "norm").range == 0...largest)
    if isCentered {
      #expect(try graph.row(.rowSum, "norm").range == BigInt(-64 * count)...BigInt(60 * count))
    }
    let rows = try graph.widths().rows.map(\.quantity)
    #expect(rows.contains(.rowSum) == isCentered)
  }

  @Test("the squares of an exact norm reach what is stated, over their common denominator")
  func squares() throws {
    var graph = Graph()
    let x = try graph.codes("x", .u(3), [1, 2])
    // M = 3/4 and B = 1/6 over 12: a = 9, b = 2. N²·ε = 4/5.
    let norm = IntegerNorm(
      isCentered: true,
      epsilon: Rational(1, over: 5),
      requantizer: Requantizer(
        .i(2),
        multiplier: Scale(Rational(3, over: 4)),
        offset: Scale(Rational(1, over: 6)),
        zeroPoint: ZeroPoint(1)
      )
    )
    graph.addOutput("y", try graph.append(.integer(.norm(norm)), x, name: "norm"))
    // d = ±7, V = 49.
    #expect(try graph.row(.squaredDeviation, "norm").range == 0...BigInt(18 * 7 * 18 * 7 * 5))
    // The farthest tie is that of −1 and −2: 2·(−1 − 1) − 1 = −5.
    let farthest = 5 * 12 + 2 * 2
    #expect(
      try graph.row(.squaredTie, "norm").range == 0...BigInt(farthest * farthest * (49 * 5 + 4))
    )
  }

  @Test(
    "softmax: equal scores reach the largest sum, scores at both ends the smallest power",
    arguments: [
      .base2(fractionBits: 3, tableBits: 12), .base2(fractionBits: 0, tableBits: 8), .base2Product,
      .shiftmax,
    ] as [IntegerSoftmax.Exponential]
  )
  func softmax(exponential: IntegerSoftmax.Exponential) throws {
    let scale = Rational(1, over: 16)
    var graph = Graph()
    let x = try graph.codes("x", .i(6), [1, 5])
    let softmax = IntegerSoftmax(
      scale: Scale(scale),
      exponential: exponential,
      quantizer: Quantizer(.u(3), scale: Scale(Rational(3, over: 16)))
    )
    graph.addOutput("y", try graph.append(.integer(.softmax(softmax)), x, name: "softmax"))
    let power = exponential(scale: scale)
    let (one, least) = (power(0), power(63))
    #expect(try graph.row(.difference, "softmax").range == 0...63)
    #expect(try graph.row(.power, "softmax").range == BigInt(least)...BigInt(one))
    #expect(
      try graph.row(.rowSum, "softmax").range == BigInt(one + 4 * least)...BigInt(5 * one)
    )
    // Codes up to 5: 1/s′ = 16/3, and the tie of 6 lies beyond.
    #expect(
      try graph.row(.thresholdProduct, "softmax").range
        == BigInt(3 * (one + 4 * least))...BigInt(9 * 3 * 5 * one)
    )
    #expect(try graph.row(.powerProduct, "softmax").range == BigInt(32 * least)...BigInt(32 * one))
    #expect(try graph.row(.code, "softmax").range == 0...5)
    let alone = try Oracle<Rational>(graph).run(["x": .integer([31, -32, -32, -32, -32])])
    #expect(exponential == .shiftmax || alone["y"]?.integers == [5, 0, 0, 0, 0])
    if case .base2(let fractionBits, let tableBits) = exponential {
      let base2 = Base2Exponential(
        scale: scale,
        fractionBits: fractionBits,
        tableBits: tableBits
      )
      #expect(
        try graph.row(.exponentProduct, "softmax").range
          == 0...BigInt(min(63, base2.cap) * base2.multiplier)
      )
    }
  }

  @Test("steps and lookups: only what the operand reaches counts")
  func tables() throws {
    var graph = Graph()
    let x = try graph.codes("x", .i(3), [4])
    // Up at −9, −2, 0 and 3, down at 2 and 9.
    let table = try ThresholdTable(
      base: 0,
      thresholds: [-9, -2, 0, 2, 3, 9],
      steps: [1, 1, 1, -1, 1, -1]
    )
    let steps = try graph.append(
      .integer(.thresholds(MultiThreshold(.u(3), tables: Broadcast(table)))),
      x,
      name: "steps"
    )
    let lookup = LookupFunction(.i(4), index: .u(3), entries: [7, 1, -2, 3, 7, 7, -8, -8])
    graph.addOutput("y", try graph.append(.integer(.lookup(lookup)), steps, name: "lookup"))
    #expect(try graph.row(.threshold, "steps").range == -2...3)
    #expect(try graph.row(.code, "steps").range == 1...3)
    #expect(try graph.row(.index, "lookup").range == 1...3)
    #expect(try graph.row(.code, "lookup").range == -2...3)
    let result = try Oracle<Rational>(graph).run(["x": .integer([-4, -1, 0, 2])])
    #expect(result["y"]?.integers == [1, -2, 3, -2])
  }

  @Test("the codes of a norm reach √(N − 1), and no further")
  func normCodes() throws {
    var graph = Graph()
    let x = try graph.codes("x", .i(8), [1, 10])
    let fine = Rational(1, over: 1 << 20)
    // ŷ is at most 3, so codes are −6…6.
    let norm = IntegerNorm(
      isCentered: true,
      epsilon: fine,
      requantizer: Requantizer(.i(8), multiplier: Scale(2))
    )
    let codes = try graph.append(.integer(.norm(norm)), x, name: "norm")
    graph.addOutput("y", codes)
    let weights = try #require(Tensor([Int](repeating: 1, count: 10), .i(2), shape: [10, 1]))
    graph.addOutput(
      "z",
      try graph.append(.matmul, codes, graph.append(.constant(weights)), name: "fc")
    )
    #expect(try graph.row(.code, "norm").range == -6...6)
    #expect(try graph.row(.accumulator, "fc").range == -60...60)
    for sign in [1, -1] {
      let row = [100 * sign] + [Int](repeating: 0, count: 9)
      let result = try Oracle<Rational>(graph).run(["x": .integer(row)])
      #expect(result["y"]?.integers?[0] == 6 * sign)
    }
  }
}

@Suite("WidthTable: nothing leaves what is stated")
struct WidthTableSoundnessTests {
  @Test("no random input leaves a range", arguments: 0..<96 as Range<UInt64>)
  func random(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let graph = try random.integerProgram()
    let table = try graph.widths()
    let integers = graph.live.filter { graph.type(of: $0).isInteger }
    var ranges = Ranges(graph, seesThroughCodes: true)
    var shallow = Ranges(graph)
    for trial in 0..<8 {
      var inputs = random.inputs(of: graph)
      if trial < 4 { inputs = inputs.mapValues { random.ends(of: $0) } }
      let result = try Oracle<Rational>(graph).run(inputs, keeping: Set(integers))
      for value in integers {
        let elements = try #require(result[value]?.integers)
        let (found, hull, wide) = (
          ranges.elements(of: value), ranges.range(of: value), shallow.range(of: value)
        )
        let shape = graph.type(of: value).shape
        let limits = try #require(found).expanded(over: shape)
        #expect(zip(elements, limits).allSatisfy { $1.contains($0) }, "\(graph.label(of: value))")
        #expect(try #require(wide).contains(#require(hull)))
        let operands = graph[value].operands.compactMap { result[$0]?.integers }
        for (quantity, integers) in Intermediates(graph, value, operands).found {
          let rows = table.rows.filter {
            $0.node == graph.label(of: value) && $0.quantity == quantity
          }
          let row = try #require(rows.first, "\(quantity) of \(graph.label(of: value))")
          let stray = integers.first { !row.range.contains($0) }
          #expect(stray == nil, "\(quantity) of \(graph.label(of: value))")
        }
      }
    }
  }
}

@Suite("WidthRow")
struct WidthRowTests {
  private func row(_ range: ClosedRange<BigInt>) -> WidthRow {
    WidthRow(node: "n", quantity: .accumulator, range: range)
  }

  @Test("the width is the least that holds both ends")
  func bits() {
    let expected: [(ClosedRange<BigInt>, Int, Bool)] = [
      (0...0, 1, false), (0...1, 1, false), (0...7, 3, false), (3...8, 4, false),
      (-1...0, 1, true), (-1 ... -1, 1, true), (-1...1, 2, true), (-4...3, 3, true),
      (-5...3, 4, true), (-4...4, 4, true), (-8 ... -7, 4, true), (-9 ... -7, 5, true),
      (-(1 << 200)...0, 201, true),
    ]
    for (range, bits, isSigned) in expected {
      #expect(row(range).bits == bits && row(range).isSigned == isSigned, "\(range)")
    }
    for type in [IntegerType.i8, .u(5), .i32, .u(32), .i(1)] {
      let width = row(BigInt(type.range.lowerBound)...BigInt(type.range.upperBound))
      #expect(width.bits == type.bits && width.isSigned == type.isSigned)
    }
  }

  @Test("JSON keeps every row, however long its ends")
  func json() throws {
    let rows = [row(-(1 << 100)...1 << 130), row(0...7)]
    let text = try JSONEncoder().encode(rows)
    #expect(try JSONDecoder().decode([WidthRow].self, from: text) == rows)
    #expect(String(decoding: text, as: UTF8.self).contains(#""bits":3"#))
  }

  @Test(
    "malformed rows are refused",
    arguments: [("1", "0"), ("x", "0"), ("0", ""), ("0", String(repeating: "9", count: 2000))]
  )
  func malformed(lower: String, upper: String) {
    let text = """
      {"node": "n", "quantity": "code", "lower": "\(lower)", "upper": "\(upper)"}
      """
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(WidthRow.self, from: Data(text.utf8))
    }
  }
}

extension Graph {
  fileprivate func widths() throws -> WidthTable { WidthTable(try IntegerGraph(verifying: self)) }

  fileprivate func row(_ quantity: WidthRow.Quantity, _ node: String) throws -> WidthRow {
    let rows = try widths().rows.filter { $0.node == node && $0.quantity == quantity }
    #expect(rows.count == 1)
    return try #require(rows.first)
  }
}
