import IntaglioGraph
import IntaglioFloat32
import IntaglioTestSupport
import Testing

@Suite("Float32Program: functions against float64")
struct FunctionAccuracyTests {
  /// Every float within ±`limit` whose last 13 bits are zero: all exponents, all signs.
  private func sweep(_ limit: Float) -> [Float] {
    let positive = stride(from: 0, through: limit.bitPattern, by: 1 << 13).map(
      Float.init(bitPattern:)
    )
    return positive + positive.map { -$0 }
  }

  private func both(
    _ operation: IntaglioGraph.Operation,
    _ x: [Float]
  ) throws
    -> (near: [Float], truth: [Double])
  {
    let graph = try SmallGraph(operation, .real(x.count)).graph
    let near = try #require(try Float32Program(graph).floats(["a": x])["y"])
    let truth = try Oracle<Double>(graph).run(["a": .real(x.map(Double.init))])["y"]?.reals
    return (near, try #require(truth))
  }

  /// The largest error, in units of the last place of the true value.
  private func ulps(_ near: [Float], _ truth: [Double]) -> Double {
    zip(near, truth).reduce(0) { worst, pair in
      let unit = max(Double(Float(pair.1).ulp), Double(Float.leastNonzeroMagnitude))
      return max(worst, (Double(pair.0) - pair.1).magnitude / unit)
    }
  }

  private static let partial: [(Function, Float, Double)] = [
    (.squareRoot, 9, 1), (.reciprocal, 9, 1), (.power(2), 100, 1), (.power(3), 100, 1),
  ]

  @Test(
    "relative error in units of the last place",
    arguments: FunctionSample.withinUlps + Self.partial
  )
  func relative(function: Function, limit: Float, bound: Double) throws {
    let x = sweep(limit).filter { function != .squareRoot || $0 >= 0 }
      .filter { ![.reciprocal].contains(function) || $0.magnitude > 1e-30 }
    let (near, truth) = try both(.function(function), x)
    let worst = ulps(near, truth)
    #expect(worst <= bound, "\(function): \(worst)")
  }

  @Test(
    "error relative to the larger of 1 and the value, where terms cancel",
    arguments: FunctionSample.nearOne + [(.log, 9, 2e-7)]
  )
  func absolute(function: Function, limit: Float, bound: Double) throws {
    let x = sweep(limit).filter { function != .log || $0 > 0 }
    let (near, truth) = try both(.function(function), x)
    let worst =
      zip(near, truth).map { (Double($0) - $1).magnitude / max(1, $1.magnitude) }.max() ?? 0
    #expect(worst <= bound, "\(function): \(worst)")
  }

  @Test("exp underflows to zero, overflows to infinity and passes NaN")
  func exponentialEnds() throws {
    let x: [Float] = [-.infinity, -200, -104, -103, -90, 0, 88.7, 88.73, 1000, .infinity, .nan]
    let (near, truth) = try both(.function(.exp), x)
    #expect(near[..<3] == [0, 0, 0])
    #expect(ulps(Array(near[3..<7]), Array(truth[3..<7])) <= 2)
    #expect(near[7..<10] == [.infinity, .infinity, .infinity])
    #expect(near[10].isNaN)
  }

  @Test("softmax and norms of every width", arguments: [1, 2, 7, 8, 9, 15, 16, 17, 64, 197])
  func rows(width: Int) throws {
    let x = (0..<3 * width).map { Float(($0 * 37) % 101) / 7 - 5 }
    let softmax = try SmallGraph(.softmax, .real(3, width)).graph
    let norm = try SmallGraph(
      .layerNorm(epsilon: 1e-6),
      .real(3, width),
      .real(width),
      .real(width)
    )
    .graph
    let root = try SmallGraph(.rmsNorm(epsilon: 1e-6), .real(3, width), .real(width)).graph
    let gamma = (0..<width).map { Float($0 % 5) - 2 }
    let given = ["a": x, "b": gamma, "c": gamma.map { $0 / 4 }]
    let exponential = try SmallGraph(.rowExponential, .real(3, width)).graph
    for graph in [softmax, exponential, norm, root] {
      let near = try #require(try Float32Program(graph).floats(given)["y"])
      let truth = try Oracle<Double>(graph).run(given.mapValues { .real($0.map(Double.init)) })
      let reals = try #require(truth["y"]?.reals)
      let worst = zip(near, reals).map { (Double($0) - $1).magnitude }.max() ?? 0
      #expect(worst < 2e-6)
    }
  }

  @Test("softmax of far apart and infinite logits")
  func softmaxExtremes() throws {
    let graph = try SmallGraph(.softmax, .real(2, 3)).graph
    let x: [Float] = [1e4, -1e4, 1e4, 0, -.infinity, 0]
    #expect(try Float32Program(graph).floats(["a": x])["y"] == [0.5, 0, 0.5, 0.5, 0, 0.5])
    let exponential = try SmallGraph(.rowExponential, .real(2, 3)).graph
    #expect(try Float32Program(exponential).floats(["a": x])["y"] == [1, 0, 1, 1, 0, 1])
  }
}
