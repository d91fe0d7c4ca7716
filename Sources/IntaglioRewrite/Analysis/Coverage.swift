public import IntaglioGraph
public import IntaglioNumerics

/// What became of every matrix multiplication of a graph.
public struct Coverage: Sendable, Hashable {
  public enum Status: Sendable, Hashable {
    /// On integers, and equal to the model in exact arithmetic.
    case exact
    /// On integers, within a stated bound of the model.
    case bounded(ErrorBound)
    /// On reals, and why.
    case blocked(Obstacle)
  }

  public struct Entry: Sendable, Hashable {
    /// The model's own name of the node.
    public let node: String
    /// The type of each operand; `nil` for reals.
    public let left: IntegerType?
    public let right: IntegerType?
    /// Whether the right operand is a constant.
    public let hasConstantWeights: Bool
    /// `[…, m, k, n]`: leading axes, rows, depth, columns.
    public let extents: [Int]
    public let macs: Int
    /// What a partial sum can reach; `nil` for reals.
    public let accumulatorBound: Int?
    public let status: Status

    /// The width that the accumulator needs, sign included.
    public var accumulatorBits: Int? {
      accumulatorBound.map { Int.bitWidth - $0.leadingZeroBitCount + 1 }
    }

    public var isInteger: Bool {
      switch status {
      case .exact, .bounded: true
      case .blocked: false
      }
    }
  }

  public let entries: [Entry]

  public var total: Int { entries.count }
  public var integer: Int { entries.count(where: \.isInteger) }
  public var blocked: [Entry] { entries.filter { !$0.isInteger } }
  public var macs: Int { entries.reduce(0) { $0 + $1.macs } }

  public init(_ graph: Graph) {
    var ranges = Ranges(graph, seesThroughCodes: true)
    self.init(graph, &ranges)
  }

  init(_ graph: Graph, _ ranges: inout Ranges) {
    entries = graph.live.compactMap { value in
      // In the order of computation, so that no range is far from those that it rests on.
      _ = ranges.range(of: value)
      guard graph[value].operation.isMatrixMultiplication else { return nil }
      return Entry(value, in: graph, ranges: &ranges)
    }
  }
}

extension Coverage.Entry {
  fileprivate init(_ value: Value, in graph: Graph, ranges: inout Ranges) {
    let operands = graph[value].operands
    node = graph.label(of: value)
    left = graph.seenThroughDequantize(operands[0])
    right = graph.seenThroughDequantize(operands[1])
    hasConstantWeights = graph.constant(graph.codes(of: operands[1])) != nil
    extents = graph.productExtents(value)
    macs = extents.reduce(1, *)
    if graph.type(of: value).isInteger, case .matmul = graph[value].operation {
      accumulatorBound = ranges.accumulatorBound(of: value)
      status = graph.bounds[value].map { .bounded($0) } ?? .exact
    } else {
      accumulatorBound = nil
      status = .blocked(graph.obstacle(to: value))
    }
  }
}

extension Graph {
  fileprivate func codes(of value: Value) -> Value { dequantized(value)?.codes ?? value }

  fileprivate func seenThroughDequantize(_ value: Value) -> IntegerType? {
    type(of: codes(of: value)).integer
  }

  /// `[…, m, k, n]` of a matmul or of a convolution read as one.
  fileprivate func productExtents(_ value: Value) -> [Int] {
    let shape = type(of: value).shape
    let operands = self[value].operands.map { type(of: $0).shape }
    if case .convolution = self[value].operation {
      let window = operands[1][1...].reduce(1, *)
      return [shape[0], shape[2] * shape[3], window, shape[1]]
    }
    let depth = operands[0][operands[0].count - 1]
    return Array(shape.dropLast()) + [depth, shape[shape.count - 1]]
  }

  /// Why the real `value` is not an integer multiplication.
  fileprivate func obstacle(to value: Value) -> Obstacle {
    if case .convolution(let geometry) = self[value].operation {
      let kernel = type(of: self[value].operands[1]).shape
      return .convolution(geometry.patchObstacle(kernel: kernel) ?? "it was not lowered")
    }
    do {
      _ = try MatmulAnalysis(value, in: self)
      return .realOperand(side: .left, producer: "nobody has rewritten this node, it")
    } catch { return error }
  }
}
