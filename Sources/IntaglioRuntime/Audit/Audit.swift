public import IntaglioGraph
import IntaglioNumerics

/// Compares a program with the oracle layer by layer, each layer fed with the oracle's inputs.
///
/// Every code that the program makes is compared and then replaced by the oracle's, and so is the
/// residual stream. A difference is thus made by the one layer that shows it.
public struct Audit {
  /// The truth about one value of one sample group; `nil` where it is not known.
  public typealias Truth = (_ group: Int, _ value: Value) -> OracleTensor<Double>?

  private let graph: Graph
  private let truth: Truth
  private var comparisons: [Value: LayerComparison] = [:]
  /// What the program has put into quantizers, in the group that is running.
  private var quantized: [Value: [Float]] = [:]
  private let replaced: Set<Value>

  /// The values that a plan must show for an audit: all codes, the reals that become codes, and
  /// reals with several readers.
  public static func observable(in graph: Graph) -> Set<Value> {
    roles(in: graph).observed
  }

  /// Runs `samples` through an executor whose plan shows `observable(in:)`.
  ///
  /// - Parameters:
  ///   - executor: the program.
  ///   - samples: `groups` times `plan.batch` samples, one after the other.
  ///   - groups: how many runs to compare.
  ///   - truth: the oracle's values, of `group` 0 ..< `groups`.
  /// - Returns: one comparison per quantizer and requantizer, in the order of the program.
  /// - Throws: `ExecutionError` when samples or the oracle's values do not fit.
  public static func run(
    _ executor: Executor,
    samples: [Float],
    groups: Int,
    truth: Truth
  ) throws(ExecutionError) -> [LayerComparison] {
    try withoutActuallyEscaping(truth) { truth throws(ExecutionError) in
      var audit = Audit(executor.plan.graph, truth)
      let size = executor.plan.inputSize * executor.plan.batch
      for group in 0..<groups {
        let part = Array(samples.dropFirst(group * size).prefix(size))
        audit.quantized = [:]
        _ = try executor.run(part) { value, contents in audit.see(value, contents, group) }
      }
      return audit.comparisons.values.sorted { $0.value < $1.value }
    }
  }

  private init(_ graph: Graph, _ truth: @escaping Truth) {
    self.graph = graph
    self.truth = truth
    replaced = Self.roles(in: graph).replaced
  }

  private static func roles(in graph: Graph) -> (observed: Set<Value>, replaced: Set<Value>) {
    var readers: [Value: Int] = [:]
    var codes: Set<Value> = []
    var inputs: Set<Value> = []
    for value in graph.live {
      for operand in graph[value].operands { readers[operand, default: 0] += 1 }
      if case .quantize = graph[value].operation {
        codes.insert(value)
        inputs.insert(graph[value].operands[0])
      } else if case .requantize = graph[value].operation {
        codes.insert(value)
      }
    }
    let shared = readers.keys.filter { value in
      readers[value, default: 0] > 1 && !graph.type(of: value).isInteger
        && graph.constant(value) == nil && !inputs.contains(value)
    }
    let replaced = codes.union(shared)
    return (replaced.union(inputs), replaced)
  }

  /// Compares what is to be compared; gives back what takes the value's place.
  private mutating func see(
    _ value: Value,
    _ contents: ValueContents,
    _ group: Int
  ) -> ValueContents? {
    if case .real(let reals) = contents { quantized[value] = reals }
    guard replaced.contains(value), let expected = truth(group, value) else { return nil }
    switch (contents, expected) {
    case (.integer(let found), .integer(let expected)):
      compare(value, found, expected, group)
      return .integer(expected)
    case (.real, .real(let expected)):
      return .real(expected.map { Float($0) })
    case (.real, .integer), (.integer, .real):
      return nil
    }
  }

  private mutating func compare(_ value: Value, _ found: [Int], _ expected: [Int], _ group: Int) {
    var comparison =
      comparisons[value]
      ?? LayerComparison(
        value: value,
        name: graph.label(of: value),
        kind: quantizer(of: value) == nil ? .integer : .real
      )
    comparison.count += found.count
    for position in found.indices where found[position] != expected[position] {
      comparison.differences.append(
        LayerComparison.Difference(
          sample: group,
          position: position,
          expected: expected[position],
          found: found[position],
          tie: tie(value, position, group)
        )
      )
    }
    comparisons[value] = comparison
  }

  private func quantizer(of value: Value) -> Quantizer? {
    if case .quantize(let quantizer) = graph[value].operation { quantizer } else { nil }
  }

  private func tie(
    _ value: Value,
    _ position: Int,
    _ group: Int
  ) -> LayerComparison.TieDistance? {
    guard let quantizer = quantizer(of: value) else { return nil }
    let operand = graph[value].operands[0]
    guard case .real(let exact) = truth(group, operand), let found = quantized[operand] else {
      return nil
    }
    let shape = graph.type(of: value).shape
    let scale = quantizer.scale.element(at: position, of: shape).doubleValue
    let zeroPoint = Double(quantizer.zeroPoint.element(at: position, of: shape))
    let quotient = exact[position] / scale + zeroPoint
    return LayerComparison.TieDistance(
      distance: abs(quotient - quotient.rounded(.down) - 0.5),
      inputError: abs((Double(found[position]) - exact[position]) / scale),
      magnitude: abs(exact[position] / scale) + abs(zeroPoint)
    )
  }
}

extension Broadcast {
  /// What belongs to one element, row-major, of a tensor of `shape`.
  fileprivate func element(at position: Int, of shape: [Int]) -> Element {
    let strides = Shape.strides(shape)
    let own = Shape.broadcastStrides(from: self.shape, to: shape)
    let index = shape.indices.reduce(0) { $0 + position / strides[$1] % shape[$1] * own[$1] }
    return values[index]
  }
}
