import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

/// Proven ranges are reached: for every bound there is an input that meets it.
@Suite("Ranges are tight")
struct RangesTests {
  private struct Layer {
    let graph: Graph
    let product: Value
    let weights: [Int]
    let type: IntegerType
    let inputs: Int
    let outputs: Int
  }

  private func layer(_ random: inout SplitMix64) throws -> Layer {
    let (inputs, outputs) = (random.extent(1...40), random.extent(1...9))
    let type = random.codeType()
    var graph = Graph()
    let codes = try graph.codes("q", type, [2, inputs])
    let weights = try random.tensor(random.codeType(), [inputs, outputs])
    let product = try graph.append(.matmul, codes, graph.append(.constant(weights)))
    graph.addOutput("y", product)
    return Layer(
      graph: graph,
      product: product,
      weights: try #require(weights.integers),
      type: type,
      inputs: inputs,
      outputs: outputs
    )
  }

  /// The row that drives `column` to its highest (or lowest) sum: each code at the end that its
  /// weight's sign asks for.
  private func adversary(_ layer: Layer, column: Int, rises: Bool) -> [Int] {
    (0..<layer.inputs).map { k in
      (layer.weights[k * layer.outputs + column] > 0) == rises
        ? layer.type.range.upperBound : layer.type.range.lowerBound
    }
  }

  @Test(
    "a layer reaches both ends of its range, and no column leaves it",
    arguments: 0..<64 as Range<UInt64>
  )
  func linear(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let layer = try layer(&random)
    var ranges = Ranges(layer.graph)
    let proven = ranges.range(of: layer.product)
    let range = try #require(proven)
    var ends = (least: Int.max, greatest: Int.min)
    for column in 0..<layer.outputs {
      let codes =
        adversary(layer, column: column, rises: false)
        + adversary(layer, column: column, rises: true)
      let result = try Oracle<Rational>(layer.graph).run(["q": .integer(codes)])
      let sums = try #require(result["y"]?.integers)
      #expect(sums.allSatisfy(range.contains))
      ends = (
        min(ends.least, sums[column]), max(ends.greatest, sums[layer.outputs + column])
      )
    }
    #expect(ends.least == range.lowerBound && ends.greatest == range.upperBound)
  }

  @Test(
    "the accumulator bound is the sum of magnitudes of the largest column, reached in some order",
    arguments: 0..<64 as Range<UInt64>
  )
  func accumulator(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let layer = try layer(&random)
    var ranges = Ranges(layer.graph)
    let proven = ranges.accumulatorBound(of: layer.product)
    let bound = try #require(proven)
    let range = layer.type.range
    let largest = Int(max(range.lowerBound.magnitude, range.upperBound.magnitude))
    let code = range.upperBound == largest ? largest : -largest
    // All terms of one sign first: that partial sum has a magnitude of its own.
    var reached = 0
    for column in 0..<layer.outputs {
      let products = (0..<layer.inputs).map { layer.weights[$0 * layer.outputs + column] * code }
      let (rises, falls) = (
        products.filter { $0 > 0 }.reduce(0, +), products.filter { $0 < 0 }.reduce(0, +)
      )
      reached = max(reached, rises - falls)
      #expect(max(rises, -falls) <= bound)
    }
    #expect(reached == bound)
  }

  @Test("a stream's sum before its shift is reached", arguments: 0..<64 as Range<UInt64>)
  func stream(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let isSigned = Bool.random(using: &random)
    let types = [random.extent(2...8), 16].map { IntegerType(bits: $0, signed: isSigned) }
    // The ends of largest magnitude have one sign, and so then have all terms.
    let sign = Bool.random(using: &random) ? 1 : -1
    let multipliers = (0..<2).map { _ in
      random.broadcast([3]) { sign * Int.random(in: 0..<1 << 31, using: &$0) }
    }
    let offset = random.broadcast([2, 1]) {
      (isSigned ? -sign : sign) * Int.random(in: 0...1 << 40, using: &$0)
    }
    let sum = ScaledSum(.i32, multipliers: multipliers, offset: offset, shift: Broadcast(20))
    let largest = try #require(sum.largestSum(types.map(\.range)))
    let ends = types.map { isSigned ? $0.range.lowerBound : $0.range.upperBound }
    let columns = multipliers.map { $0.expanded(over: [2, 3]) }
    let sums = zip(offset.expanded(over: [2, 3]), (0..<6)).map { offset, index in
      columns[0][index] * ends[0] + columns[1][index] * ends[1] + offset
    }
    #expect(sums.map(\.magnitude).max() == UInt(largest))
  }
}
