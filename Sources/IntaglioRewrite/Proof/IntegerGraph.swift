public import IntaglioGraph
public import IntaglioNumerics

/// A graph whose matrix multiplications all run on integers of at most 8 bits: a proof, not a wish.
///
/// The only initializer verifies that no live matmul or convolution is real-valued or wider than 8
/// bits, that no accumulator, sum or correction can leave 32 bits for any input (interval analysis
/// over the actual weights), and that the arithmetic inside integer functions keeps its widths. Shapes
/// and types were checked when the nodes were appended.
public struct IntegerGraph: Sendable {
  public let graph: Graph
  public let coverage: Coverage
  private let ranges: [Value: ClosedRange<Int>]

  /// - Throws: `IntegerGraphError` with every node that breaks the proof.
  public init(verifying graph: Graph) throws(IntegerGraphError) {
    var analysis = Ranges(graph, seesThroughCodes: true)
    let coverage = Coverage(graph, &analysis)
    let blocked = coverage.blocked
    guard blocked.isEmpty else { throw .realMultiplications(blocked) }
    var ranges: [Value: ClosedRange<Int>] = [:]
    for value in graph.live where graph.type(of: value).isInteger {
      try Self.checkWidths(value, in: graph)
      guard let bound = analysis.accumulatorBound(of: value),
        let range = analysis.range(of: value)
      else { continue }
      let i32 = IntegerType.i32.range
      guard bound <= i32.upperBound, i32.contains(range.lowerBound) else {
        throw .overflow(node: graph.label(of: value), magnitude: bound)
      }
      if case .integer(let function) = graph[value].operation,
        let reason = Self.obstacle(to: function, value, in: graph, &analysis)
      {
        throw .function(node: graph.label(of: value), reason: reason)
      }
      ranges[value] = range
    }
    self.graph = graph
    self.coverage = coverage
    self.ranges = ranges
  }

  /// What the integer `value` can be, over all inputs; `nil` for reals and dead nodes.
  public func range(of value: Value) -> ClosedRange<Int>? { ranges[value] }

  /// Why the integers inside `function` would not fit where its arithmetic puts them; `nil` when they
  /// do.
  private static func obstacle(
    to function: IntegerFunction,
    _ value: Value,
    in graph: Graph,
    _ ranges: inout Ranges
  ) -> String? {
    let operands = graph[value].operands
    switch function {
    case .scaledSum(let stream):
      let limits = operands.compactMap { ranges.range(of: $0) }
      return limits.count == operands.count && stream.largestSum(limits) != nil
        ? nil : "the sum before the shift can leave 62 bits"
    case .norm(let norm):
      guard graph.type(of: value).count > 0, let elements = ranges.elements(of: operands[0]) else {
        return nil
      }
      return norm.obstacle(elements, count: graph.type(of: value).shape.last ?? 1)
    case .thresholds, .lookup, .softmax, .rowThresholds, .quotient: return nil
    }
  }

  private static func checkWidths(_ value: Value, in graph: Graph) throws(IntegerGraphError) {
    guard graph[value].operation.isMatrixMultiplication else { return }
    for operand in graph[value].operands {
      if let type = graph.type(of: operand).integer, type.bits > 8 {
        throw .wideOperand(node: graph.label(of: value), type: type)
      }
    }
  }
}

/// Why a graph is no integer program.
public enum IntegerGraphError: Error, Sendable, CustomStringConvertible {
  case realMultiplications([Coverage.Entry])
  case wideOperand(node: String, type: IntegerType)
  case overflow(node: String, magnitude: Int)
  /// Integers inside an integer function can leave the widths of its arithmetic.
  case function(node: String, reason: String)

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
    case .function(let node, let reason): "\(node): \(reason)"
    }
  }
}
