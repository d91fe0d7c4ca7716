public import IntaglioGraph
public import IntaglioNumerics

/// A graph whose matrix multiplications all run on integers of at most 8 bits: a proof, not a wish.
///
/// The only initializer verifies that no live matmul or convolution is real-valued or wider than 8
/// bits, and that no accumulator, sum or correction can leave 32 bits for any input (interval
/// analysis over the actual weights). Shapes and types were checked when the nodes were appended.
public struct IntegerGraph: Sendable {
  public let graph: Graph
  public let coverage: Coverage
  private let ranges: [Value: ClosedRange<Int>]

  /// - Throws: `IntegerGraphError` with every node that breaks the proof.
  public init(verifying graph: Graph) throws(IntegerGraphError) {
    let coverage = Coverage(graph)
    let blocked = coverage.blocked
    guard blocked.isEmpty else { throw .realMultiplications(blocked) }
    var analysis = Ranges(graph)
    var ranges: [Value: ClosedRange<Int>] = [:]
    for value in graph.live where graph.type(of: value).isInteger {
      try Self.checkWidths(value, in: graph)
      try Self.checkFunction(value, in: graph, &analysis)
      guard let bound = analysis.accumulatorBound(of: value),
        let range = analysis.range(of: value)
      else { continue }
      let i32 = IntegerType.i32.range
      guard bound <= i32.upperBound, i32.contains(range.lowerBound) else {
        throw .overflow(node: graph.label(of: value), magnitude: bound)
      }
      ranges[value] = range
    }
    self.graph = graph
    self.coverage = coverage
    self.ranges = ranges
  }

  /// What the integer `value` can be, over all inputs; `nil` for reals and dead nodes.
  public func range(of value: Value) -> ClosedRange<Int>? { ranges[value] }

  private static func checkWidths(_ value: Value, in graph: Graph) throws(IntegerGraphError) {
    guard graph[value].operation.isMatrixMultiplication else { return }
    for operand in graph[value].operands {
      if let type = graph.type(of: operand).integer, type.bits > 8 {
        throw .wideOperand(node: graph.label(of: value), type: type)
      }
    }
  }
}

extension IntegerGraph {
  /// What an integer function adds up on the way to its result has a width of its own.
  private static func checkFunction(
    _ value: Value,
    in graph: Graph,
    _ analysis: inout Ranges
  ) throws(IntegerGraphError) {
    guard case .integer(let function) = graph[value].operation else { return }
    let ranges = graph[value].operands.compactMap { analysis.range(of: $0) }
    let fits: Bool
    switch function {
    case .stream(let stream): fits = stream.largestSum(ranges) != nil
    case .norm(let norm):
      guard case .fixedPoint(let root) = norm.method, let range = ranges.first else { return }
      let largest = Int(clamping: max(range.lowerBound.magnitude, range.upperBound.magnitude))
      fits = root.fits(
        count: graph.type(of: value).shape.last ?? 1,
        bound: largest << (norm.left.values.max() ?? 0)
      )
    case .steps, .lookup, .softmax: return
    }
    if !fits { throw .wideSum(node: graph.label(of: value)) }
  }
}

/// Why a graph is no integer program.
public enum IntegerGraphError: Error, Sendable, CustomStringConvertible {
  case realMultiplications([Coverage.Entry])
  case wideOperand(node: String, type: IntegerType)
  case overflow(node: String, magnitude: Int)
  case wideSum(node: String)

  public var description: String {
    switch self {
    case .realMultiplications(let entries):
      "\(entries.count) matrix multiplication\(entries.count == 1 ? " stays" : "s stay") on reals:\n"
        + entries.map { entry in
          guard case .blocked(let obstacle) = entry.status else { return "  \(entry.node)" }
          return "  \(entry.node): \(obstacle)"
        }.joined(separator: "\n")
    case .wideOperand(let node, let type):
      "\(node): an operand is \(type), wider than the 8 bits of an integer multiplication"
    case .overflow(let node, let magnitude):
      "\(node): sums can reach ±\(magnitude), beyond the 32-bit accumulator"
    case .wideSum(let node):
      "\(node): its sums leave 62 bits; multipliers or shifts are made for narrower operands"
    }
  }
}
