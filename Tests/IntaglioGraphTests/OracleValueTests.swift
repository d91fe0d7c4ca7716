import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Oracle: every operation against values by hand")
struct OracleValueTests {
  /// The exact result, checked to be that of float64 as well.
  private func exact(
    _ graph: Graph,
    _ inputs: [String: OracleTensor<Double>]
  ) throws
    -> OracleTensor<Double>
  {
    let near = try #require(try Oracle<Double>(graph).run(inputs)["y"])
    let ratios = inputs.mapValues { tensor -> OracleTensor<Rational> in
      tensor.integers.map { .integer($0) }
        ?? .real((tensor.reals ?? []).compactMap { Rational(exactly: $0) })
    }
    let exact = try #require(try Oracle<Rational>(graph).run(ratios)["y"])
    #expect(near.integers == exact.integers)
    #expect(near.reals == exact.reals?.map(\.doubleValue))
    return near
  }

  private func real(_ operation: IntaglioGraph.Operation, _ x: [Double]) throws -> [Double]? {
    let graph = try SmallGraph(operation, .real(x.count)).graph
    return try Oracle<Double>(graph).run(["a": .real(x)])["y"]?.reals
  }

  @Test("layout moves elements")
  func layout() throws {
    let six: [String: OracleTensor<Double>] = ["a": .real([1, 2, 3, 4, 5, 6])]
    let cases: [(Layout, [Double])] = [
      (.reshape([3, 2]), [1, 2, 3, 4, 5, 6]),
      (.transpose([1, 0]), [1, 4, 2, 5, 3, 6]),
      (.slice(axis: 1, start: 1, count: 2), [2, 3, 5, 6]),
      (.slice(axis: 0, start: 1, count: 1), [4, 5, 6]),
      (.slice(axis: 0, start: 2, count: 0), []),
      (.broadcast([2, 2, 3]), [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]),
    ]
    for (layout, expected) in cases {
      #expect(try exact(SmallGraph(.layout(layout), .real(2, 3)).graph, six) == .real(expected))
    }
    let column = try SmallGraph(.layout(.broadcast([2, 3])), .codes(.i8, 2, 1)).graph
    #expect(try exact(column, ["a": .integer([7, -8])]) == .integer([7, 7, 7, -8, -8, -8]))
  }

  @Test("concat lays operands one after the other")
  func concat() throws {
    let inputs: [String: OracleTensor<Double>] = ["a": .real([1, 2]), "b": .real([3, 4, 5, 6])]
    let columns = try SmallGraph(.concat(axis: 1), .real(2, 1), .real(2, 2)).graph
    #expect(try exact(columns, inputs) == .real([1, 3, 4, 2, 5, 6]))
    let rows = try SmallGraph(.concat(axis: 0), .real(1, 2), .real(2, 2)).graph
    #expect(try exact(rows, inputs) == .real([1, 2, 3, 4, 5, 6]))
  }

  @Test("matmul multiplies, reals and integers, and broadcasts leading axes")
  func matmul() throws {
    let plain = try SmallGraph(.matmul, .real(2, 3), .real(3, 2)).graph
    let a: OracleTensor<Double> = .real([1, 2, 3, 4, 5, 6])
    #expect(
      try exact(plain, ["a": a, "b": .real([1, 0, 0.5, 1, 0, -1])]) == .real([2, -1, 6.5, -1])
    )
    let batched = try SmallGraph(.matmul, .codes(.i8, 2, 1, 2), .codes(.u(4), 2, 1)).graph
    #expect(
      try exact(batched, ["a": .integer([1, -2, 3, 4]), "b": .integer([5, 6])])
        == .integer([-7, 39])
    )
    let empty = try SmallGraph(.matmul, .real(2, 0), .real(0, 2)).graph
    #expect(try exact(empty, ["a": .real([]), "b": .real([])]) == .real([0, 0, 0, 0]))
  }

  @Test("convolution slides, pads, dilates, strides and groups")
  func convolution() throws {
    let image: OracleTensor<Double> = .integer([1, 2, 3, 4, 5, 6, 7, 8, 9])
    func convolve(_ convolution: Convolution, _ weight: [Int]) throws -> [Int]? {
      let graph = try SmallGraph(
        .convolution(convolution),
        .codes(.i8, 1, 1, 3, 3),
        .codes(.i8, 1, 1, 2, 2)
      ).graph
      return try exact(graph, ["a": image, "b": .integer(weight)]).integers
    }
    #expect(try convolve(Convolution(strides: [1, 1]), [1, 0, 0, -1]) == [-4, -4, -4, -4])
    #expect(try convolve(Convolution(strides: [2, 2]), [1, 1, 1, 1]) == [12])
    let padded = Convolution(strides: [2, 2], padding: [1, 1, 0, 0])
    #expect(try convolve(padded, [1, 1, 1, 1]) == [1, 5, 11, 28])
    let dilated = Convolution(strides: [1, 1], dilations: [2, 2])
    #expect(try convolve(dilated, [1, 2, 3, 4]) == [1 + 6 + 21 + 36])
    let grouped = try SmallGraph(
      .convolution(Convolution(strides: [1, 1], groups: 2)),
      .real(2, 2, 1, 1),
      .real(2, 1, 1, 1)
    ).graph
    #expect(
      try exact(grouped, ["a": .real([1, 2, 3, 4]), "b": .real([10, 100])])
        == .real([10, 200, 30, 400])
    )
  }

  @Test("elementwise arithmetic broadcasts")
  func elementwise() throws {
    let inputs: [String: OracleTensor<Double>] = ["a": .real([1, 2, 3, 4]), "b": .real([2, -4])]
    let cases: [(IntaglioGraph.Operation, [Double])] = [
      (.add, [3, -2, 5, 0]), (.subtract, [-1, 6, 1, 8]), (.multiply, [2, -8, 6, -16]),
      (.divide, [0.5, -0.5, 1.5, -1]),
    ]
    for (operation, expected) in cases {
      let graph = try SmallGraph(operation, .real(2, 2), .real(2)).graph
      #expect(try exact(graph, inputs) == .real(expected))
    }
    let codes = try SmallGraph(.multiply, .codes(.i8, 2, 1), .codes(.u8, 1, 2)).graph
    #expect(
      try exact(codes, ["a": .integer([-1, 2]), "b": .integer([3, 200])])
        == .integer([-3, -200, 6, 400])
    )
  }

  @Test("sum and mean run along one axis")
  func reductions() throws {
    let inputs: [String: OracleTensor<Double>] = ["a": .real([1, 2, 3, 4, 5, 6, 7, 8])]
    let sum = try SmallGraph(.sum(axis: 1), .real(2, 2, 2)).graph
    #expect(try exact(sum, inputs) == .real([4, 6, 12, 14]))
    let mean = try SmallGraph(.mean(axis: 2), .real(2, 2, 2)).graph
    #expect(try exact(mean, inputs) == .real([1.5, 3.5, 5.5, 7.5]))
    let codes = try SmallGraph(.sum(axis: 0), .codes(.i8, 2, 2)).graph
    #expect(try exact(codes, ["a": .integer([-1, 2, 3, 4])]) == .integer([2, 6]))
  }

  @Test("rational functions are exact")
  func rationalFunctions() throws {
    let x: [Double] = [-3, -0.5, 0, 2]
    let cases: [(Function, [Double])] = [
      (.negate, [3, 0.5, 0, -2]), (.absolute, [3, 0.5, 0, 2]), (.relu, [0, 0, 0, 2]),
      (.clip(lower: -1, upper: 1.5), [-1, -0.5, 0, 1.5]),
      (.clip(lower: -.infinity, upper: 0), [-3, -0.5, 0, 0]), (.power(2), [9, 0.25, 0, 4]),
      (.power(0), [1, 1, 1, 1]),
    ]
    for (function, expected) in cases {
      let graph = try SmallGraph(.function(function), .real(4)).graph
      #expect(try exact(graph, ["a": .real(x)]) == .real(expected), "\(function)")
    }
    let reciprocal = try SmallGraph(.function(.reciprocal), .real(2)).graph
    #expect(try exact(reciprocal, ["a": .real([-4, 0.5])]) == .real([-0.25, 2]))
    let swish = try SmallGraph(.function(.hardSwish), .real(3)).graph
    #expect(try exact(swish, ["a": .real([-3, 0, 6])]) == .real([0, 0, 6]))
    let cube = try SmallGraph(.function(.power(-3)), .real(1)).graph
    #expect(try exact(cube, ["a": .real([2])]) == .real([0.125]))
  }

  @Test("functions are those of float64")
  func functions() throws {
    for sample in FunctionSample.all {
      let values = try #require(try real(.function(sample.function), FunctionSample.arguments))
      for (value, expected) in zip(values, sample.values) {
        #expect((value - expected).magnitude <= 1e-15, "\(sample): \(value)")
      }
    }
    for (function, expected) in [(Function.log, 0.0), (.squareRoot, 1), (.power(0.5), 1)] {
      #expect(try real(.function(function), [1]) == [expected], "\(function)")
    }
  }

  @Test("softmax runs over the last axis and cannot overflow")
  func softmax() throws {
    let graph = try SmallGraph(.softmax, .real(2, 2)).graph
    let result = try Oracle<Double>(graph).run(["a": .real([0, 1, 1000, 1000])])["y"]?.reals
    let values = try #require(result)
    #expect((values[0] - 0.2689414213699951).magnitude < 1e-15)
    #expect((values[1] - 0.7310585786300049).magnitude < 1e-15)
    #expect(values[2...] == [0.5, 0.5])
  }

  @Test("a row exponential is 1 at the largest of its row and 0 at −∞")
  func rowExponential() throws {
    let graph = try SmallGraph(.rowExponential, .real(2, 2)).graph
    let x = [-1, 0, 1000, -.infinity] as [Double]
    let values = try #require(try Oracle<Double>(graph).run(["a": .real(x)])["y"]?.reals)
    #expect((values[0] - 0.36787944117144233).magnitude < 1e-15)
    #expect(values[1...] == [1, 1, 0])
    let nothing = try Oracle<Double>(graph).run(["a": .real([0, 0, -.infinity, -.infinity])])
    #expect(nothing["y"]?.reals?[2...].allSatisfy(\.isNaN) == true)
  }

  @Test("layer norm divides by the population deviation")
  func layerNorm() throws {
    let graph = try SmallGraph(.layerNorm(epsilon: 3), .real(2, 2), .real(2), .real(2)).graph
    // Mean 4 and variance 1, so a deviation of √(1 + 3); then mean and variance 0.
    let values = try Oracle<Double>(graph).run([
      "a": .real([3, 5, 7, 7]), "b": .real([10, 100]), "c": .real([1, 2]),
    ])
    #expect(values["y"] == .real([-4, 52, 1, 2]))
  }

  @Test("RMS norm divides by the root of the mean square and subtracts nothing")
  func rmsNorm() throws {
    let graph = try SmallGraph(.rmsNorm(epsilon: 9), .real(2, 2), .real(2)).graph
    // Mean squares of 16 and 0, so roots of √(16 + 9) and √(0 + 9).
    let values = try Oracle<Double>(graph).run([
      "a": .real([4, -4, 0, 0]), "b": .real([10, 5]),
    ])
    #expect(values["y"] == .real([8, -4, 0, 0]))
  }

  @Test("norms are typed: one γ for each element of the last axis, and ε ≥ 0")
  func normTypes() {
    for (epsilon, x, gamma) in [
      (1, ValueType.real(2, 3), ValueType.real(2)), (1, .real(2, 3), .real(1, 3)),
      (1, .real(), .real()), (1, .codes(.i8, 3), .real(3)), (-1, .real(3), .real(3)),
      (.infinity, .real(3), .real(3)),
    ] {
      #expect(throws: GraphError.self) { try SmallGraph(.rmsNorm(epsilon: epsilon), x, gamma) }
    }
    #expect(throws: GraphError.self) {
      try SmallGraph(.rmsNorm(epsilon: 1), .real(3), .real(3), .real(3))
    }
  }
}
