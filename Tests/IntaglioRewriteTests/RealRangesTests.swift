import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioTestSupport
import Testing

@Suite("RealRanges")
struct RealRangesTests {
  @Test(
    "no random input is beyond the bounds, in exact arithmetic",
    arguments: 0..<64 as Range<UInt64>
  )
  func exact(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var graph = Graph()
    let values = try RealChain(&random).append(to: &graph, RealChain.rationalFunctions)
    var ranges = RealRanges(graph)
    for _ in 0..<4 {
      let result = try Oracle<Rational>(graph).run(random.inputs(of: graph), keeping: Set(values))
      for value in values {
        let elements = try #require(result[value]?.reals)
        let found = ranges.magnitudes(of: value)
        let bounds = try #require(found, "\(graph.label(of: value))").map {
          try #require(Rational(exactly: $0))
        }
        #expect(bounds.count == graph.type(of: value).shape.last)
        for (index, element) in elements.enumerated() {
          #expect(element.magnitude <= bounds[index % bounds.count], "\(graph.label(of: value))")
        }
      }
    }
  }

  @Test(
    "no random input is beyond the bounds of irrational functions",
    arguments: 0..<64 as Range<UInt64>
  )
  func irrational(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var graph = Graph()
    let values = try RealChain(&random).append(to: &graph, RealChain.irrationalFunctions)
    var ranges = RealRanges(graph)
    for _ in 0..<4 {
      let inputs = random.inputs(of: graph).mapValues { tensor in
        OracleTensor<Double>.integer(tensor.integers ?? [])
      }
      let result = try Oracle<Double>(graph).run(inputs, keeping: Set(values))
      for value in values {
        let elements = try #require(result[value]?.reals)
        let found = ranges.magnitudes(of: value)
        let bounds = try #require(found, "\(graph.label(of: value))")
        for (index, element) in elements.enumerated() {
          // The oracle's own sums are rounded.
          let bound = bounds[index % bounds.count] * (1 + 0x1p-40) + 0x1p-60
          #expect(element.magnitude <= bound, "\(graph.label(of: value))")
        }
      }
    }
  }

  @Test(
    "a dequantized accumulator reaches the bound of every column",
    arguments: 0..<64 as Range<UInt64>
  )
  func accumulator(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (depth, columns) = (random.extent(1...9), random.extent())
    let (type, weights) = (random.codeType(), random.codeType())
    var graph = Graph()
    let codes = try graph.codes("a", type, [1, depth])
    let tensor = try random.tensor(weights, [depth, columns])
    let product = try graph.append(.matmul, codes, graph.append(.constant(tensor)))
    let dequantizer = Dequantizer(
      scale: random.scales([columns]),
      zeroPoint: random.zeroPoints([columns]),
      offset: Scale((0..<columns).map { _ in random.real() }, shape: [columns])
    )
    let real = try graph.append(.dequantize(dequantizer), product)
    graph.addOutput("y", real)
    var ranges = RealRanges(graph)
    let found = ranges.magnitudes(of: real)
    let bounds = try #require(found)
    let factors = try #require(tensor.integers)
    for column in 0..<columns {
      // All terms at one end, then all at the other.
      let ends = try [type.range.upperBound, type.range.lowerBound].map { high in
        let low = type.range.lowerBound + type.range.upperBound - high
        let row = (0..<depth).map { factors[$0 * columns + column] > 0 ? high : low }
        let result = try Oracle<Rational>(graph).run(["a": .integer(row)])
        return try #require(result["y"]?.reals)[column].magnitude
      }
      let largest = try #require(ends.max())
      #expect(bounds[column] == largest.roundedUp)
    }
  }

  @Test(
    "a chain of residual sums reaches the bound of every channel",
    arguments: 0..<32 as Range<UInt64>
  )
  func residual(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (depth, width, blocks) = (random.extent(1...5), random.extent(), 4)
    let type = random.codeType()
    var graph = Graph()
    let start = try graph.codes("x", type, [1, width])
    let signs = (0..<width).map { _ in Rational(random.extent(1...99), over: 64) }
    var stream = try graph.append(
      .dequantize(Dequantizer(scale: Scale(signs, shape: [width]))),
      start
    )
    var weights: [[Int]] = []
    for block in 0..<blocks {
      let tensor = try random.tensor(.i(4), [depth, width])
      weights.append(try #require(tensor.integers))
      let codes = try graph.codes("a\(block)", type, [1, depth])
      let product = try graph.append(.matmul, codes, graph.append(.constant(tensor)))
      // 1/3 is no double: every block rounds.
      let scale = Rational(random.extent(1...9), over: 3)
      let branch = try graph.append(.dequantize(Dequantizer(scale: Scale(scale))), product)
      stream = try graph.append(.add, stream, branch)
    }
    graph.addOutput("y", stream)
    var ranges = RealRanges(graph)
    let found = ranges.magnitudes(of: stream)
    let bounds = try #require(found)
    for channel in 0..<width {
      let ends = try [type.range.upperBound, type.range.lowerBound].map { high in
        let low = type.range.lowerBound + type.range.upperBound - high
        var inputs: [String: OracleTensor<Rational>] = [
          "x": .integer([Int](repeating: high, count: width))
        ]
        for block in 0..<blocks {
          inputs["a\(block)"] = .integer(
            (0..<depth).map { weights[block][$0 * width + channel] > 0 ? high : low }
          )
        }
        let result = try Oracle<Rational>(graph).run(inputs)
        return try #require(result["y"]?.reals)[channel].magnitude
      }
      let largest = try #require(ends.max()).doubleValue
      #expect(bounds[channel] >= largest && bounds[channel] <= largest * (1 + 0x1p-48))
    }
  }

  @Test(
    "sums and products are rounded up, and by no more than a step",
    arguments: 0..<64 as Range<UInt64>
  )
  func rounding(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let operations: [(IntaglioGraph.Operation, (Rational, Rational) -> Rational)] = [
      (.add, { $0 + $1 }), (.subtract, { $0 - $1 }), (.multiply, { $0 * $1 }),
      (.divide, { $0 / $1 }),
    ]
    for (operation, exact) in operations {
      let numbers = (0..<2).map { _ in
        Double.random(in: -1...1, using: &random) + (Bool.random(using: &random) ? 0 : 0x1p60)
      }
      var graph = Graph()
      let operands = try numbers.map { try graph.append(.constant(Tensor(scalar: $0))) }
      let value = try graph.append(Node(operation, operands))
      let expected = try exact(
        #require(Rational(exactly: numbers[0])),
        #require(Rational(exactly: numbers[1]))
      )
      var ranges = RealRanges(graph)
      #expect(ranges.magnitudes(of: value) == [expected.magnitude.roundedUp])
    }
  }

  @Test("RMSNorm is bounded by γ·√N, and one outlier in a row reaches the bound")
  func rmsNorm() throws {
    let gamma = [0.5, -3, 2, 1] as [Float]
    var graph = Graph()
    let x = try graph.reals("x", [4, 4])
    let constant = try graph.append(.constant(Tensor(gamma, shape: [4])))
    let norm = try graph.append(.rmsNorm(epsilon: 0), x, constant)
    graph.addOutput("y", norm)
    var ranges = RealRanges(graph)
    let found = ranges.magnitudes(of: norm)
    let bounds = try #require(found)
    let rows = (0..<16).map { $0 % 5 == 0 ? -3.0 : 0 }
    let values = try #require(try Oracle<Double>(graph).run(["x": .real(rows)])["y"]?.reals)
    for channel in 0..<4 {
      let reached = values[5 * channel].magnitude
      #expect(reached == 2 * Double(gamma[channel].magnitude))
      #expect(bounds[channel] >= reached && bounds[channel] <= reached * (1 + 0x1p-48))
    }
  }

  @Test("LayerNorm is bounded whatever it is given, and one outlier in a row reaches the bound")
  func layerNorm() throws {
    let (gamma, beta) = ([0.5, -3, 2, 1] as [Float], [1, -1, 0, 0.25] as [Float])
    var graph = Graph()
    let x = try graph.reals("x", [4, 4])
    let norm = try graph.append(
      .layerNorm(epsilon: 0),
      x,
      graph.append(.constant(Tensor(gamma, shape: [4]))),
      graph.append(.constant(Tensor(beta, shape: [4])))
    )
    graph.addOutput("y", norm)
    var ranges = RealRanges(graph)
    let found = ranges.magnitudes(of: norm)
    let bounds = try #require(found)
    for sign in [1.0, -1] {
      let rows = (0..<16).map { $0 % 5 == 0 ? sign : 0 }
      let result = try Oracle<Double>(graph).run(["x": .real(rows)])
      let values = try #require(result["y"]?.reals)
      for channel in 0..<4 where (gamma[channel] * Float(sign)).sign == beta[channel].sign {
        let found = values[5 * channel].magnitude
        #expect(bounds[channel] >= found * (1 - 0x1p-50))
        #expect(bounds[channel] <= found * (1 + 0x1p-48))
      }
    }
  }

  @Test("what hangs on a real input is unbounded; what squeezes it is not")
  func inputs() throws {
    var graph = Graph()
    let x = try graph.reals("x", [2, 3])
    let codes = try graph.codes("q", .i(3), [2, 3])
    let real = try graph.append(.dequantize(Dequantizer(scale: Scale(2))), codes)
    let sum = try graph.append(.add, x, real)
    let gate = try graph.append(.multiply, real, graph.append(.function(.sigmoid), x))
    let softmax = try graph.append(.softmax, x)
    let exponential = try graph.append(.rowExponential, x)
    let clipped = try graph.append(.function(.clip(lower: -3, upper: 1)), sum)
    let ratio = try graph.append(.divide, clipped, real)
    let requantized = try graph.append(
      .dequantize(Dequantizer(scale: Scale(Rational(1, over: 4)))),
      graph.append(.quantize(Quantizer(.u(3), scale: Scale(1))), x)
    )
    var ranges = RealRanges(graph)
    #expect(ranges.magnitudes(of: x) == nil)
    #expect(ranges.magnitudes(of: sum) == nil)
    #expect(ranges.magnitudes(of: ratio) == nil)
    #expect(ranges.magnitudes(of: codes) == nil)
    #expect(ranges.magnitudes(of: gate) == [8, 8, 8])
    #expect(ranges.magnitudes(of: softmax) == [1, 1, 1])
    #expect(ranges.magnitudes(of: exponential) == [1, 1, 1])
    #expect(ranges.magnitudes(of: clipped) == [3, 3, 3])
    #expect(ranges.magnitudes(of: requantized) == [1.75, 1.75, 1.75])
  }

  @Test("constants that overflow or are no numbers bound nothing")
  func overflow() throws {
    var graph = Graph()
    let large = try graph.append(.constant(Tensor(scalar: 1e308)))
    let nan = try graph.append(.constant(Tensor(scalar: .nan)))
    let mask = try graph.append(.constant(Tensor(scalar: -.infinity)))
    var ranges = RealRanges(graph)
    #expect(ranges.magnitudes(of: large) == [1e308])
    for value in [nan, mask, try graph.append(.add, large, large)] {
      var ranges = RealRanges(graph)
      #expect(ranges.magnitudes(of: value) == nil)
    }
    for function in [Function.exp, .power(60), .power(1e9)] {
      let power = try graph.append(.function(function), large)
      let decay = try graph.append(.function(.exp), graph.append(.function(.negate), large))
      var ranges = RealRanges(graph)
      #expect(ranges.magnitudes(of: power) == nil)
      #expect(ranges.magnitudes(of: decay).map { $0[0] < 1e-200 } == true)
    }
  }

  @Test("heads keep their own bounds through layouts")
  func heads() throws {
    var graph = Graph()
    let codes = try graph.codes("q", .u(2), [2, 5, 3])
    let scale = Scale([1, 10], axis: 0, rank: 3)
    let heads = try graph.append(.dequantize(Dequantizer(scale: scale)), codes)
    let joined = try graph.append(
      .layout(.reshape([5, 6])),
      graph.append(.layout(.transpose([1, 0, 2])), heads)
    )
    var ranges = RealRanges(graph)
    #expect(ranges.magnitudes(of: heads) == [30, 30, 30])
    #expect(ranges.magnitudes(of: joined) == [3, 3, 3, 30, 30, 30])
  }
}

extension Rational {
  /// The least double that is not below.
  fileprivate var roundedUp: Double {
    let near = doubleValue
    guard let back = Rational(exactly: near) else { return near }
    return back < self ? near.nextUp : near
  }
}

/// Random real arithmetic on dequantized accumulators and codes.
private struct RealChain {
  static let rationalFunctions: [Function] =
    FunctionSample.all.filter { $0.exactness != .irrational }.functions
    + [.clip(lower: -2, upper: 3), .power(2), .power(3)]
  static let irrationalFunctions = FunctionSample.all.filter {
    // What grows without end is applied to a norm, below.
    $0.exactness == .irrational && $0.function != .exp
  }.functions

  private let start: (codes: IntegerType, weights: Tensor, extents: [Int])
  private let random: SplitMix64

  init(_ random: inout SplitMix64) throws {
    let extents = [random.extent(1...3), random.extent(1...5), 2 * random.extent(1...3)]
    start = (
      random.codeType(), try random.tensor(.i(3), [extents[1], extents[2]]), extents
    )
    self.random = random
    _ = random.next()
  }

  /// Appends the chain; every real value of it.
  func append(to graph: inout Graph, _ functions: [Function]) throws -> [Value] {
    var random = random
    let isRational = functions == Self.rationalFunctions
    let (m, k, n) = (start.extents[0], start.extents[1], start.extents[2])
    let codes = try graph.codes("a", start.codes, [m, k])
    let product = try graph.append(.matmul, codes, graph.append(.constant(start.weights)))
    let correction = try graph.append(.constant(random.tensor(.i(6), [n])))
    let accumulator = try graph.append(.subtract, product, correction)
    var values: [Value] = []
    func add(_ operation: IntaglioGraph.Operation, _ operands: Value...) throws -> Value {
      values.append(try graph.append(Node(operation, operands)))
      return values[values.count - 1]
    }
    func constant(_ shape: [Int]) throws -> Value {
      let reals = (0..<shape.reduce(1, *)).map { _ in
        Double(Int.random(in: 1...64, using: &random)) / 16
          * (Bool.random(using: &random) ? 1 : -1)
      }
      return try graph.append(.constant(Tensor(reals, shape: shape)))
    }
    let left = try add(
      .dequantize(Dequantizer(scale: random.scales([n]), zeroPoint: random.zeroPoints([m, 1]))),
      accumulator
    )
    let right = try add(
      .dequantize(Dequantizer(scale: random.scales([m, 1]))),
      graph.codes("b", random.codeType(), [m, n])
    )
    let sum = try add(.add, left, right)
    let biased = try add(.subtract, sum, constant([n]))
    let scaled = try add(.multiply, biased, constant([m, n]))
    let divided = try add(.divide, scaled, constant([n]))
    let joined = try add(.concat(axis: 0), divided, constant([1, n]))
    let heads = try add(.layout(.reshape([m + 1, 2, n / 2])), joined)
    let moved = try add(.layout(.transpose([1, 0, 2])), heads)
    _ = try add(.sum(axis: 1), moved)
    _ = try add(.mean(axis: 2), moved)
    _ = try add(.mean(axis: 0), moved)
    _ = try add(.matmul, joined, constant([n, 2]))
    for function in functions { _ = try add(.function(function), divided) }
    if !isRational {
      _ = try add(.softmax, divided)
      let norm = try add(.layerNorm(epsilon: 1e-5), divided, constant([n]), constant([n]))
      let positive = try add(.function(.exp), norm)
      _ = try add(.function(.log), positive)
      _ = try add(.function(.squareRoot), positive)
      _ = try add(.function(.power(-1.5)), positive)
      _ = try add(.function(.reciprocal), positive)
      let image = try add(.layout(.reshape([1, m, 1, n])), divided)
      _ = try add(
        .convolution(Convolution(strides: [1, 1], padding: [0, 1, 0, 0])),
        image,
        constant([2, m, 1, 2])
      )
    }
    return values
  }
}
