public import IntaglioGraph
import IntaglioNumerics

/// Interval analysis: what every integer in a graph can be, over all inputs.
///
/// Codes range over their type; constants over what they hold; a product with constant weights is
/// bounded per column with the actual weights; everything else by interval arithmetic. Partial sums
/// are bounded by the sum of magnitudes, so any order of accumulation stays inside.
public struct Ranges {
  let graph: Graph
  private var known: [Value: ClosedRange<Int>] = [:]
  /// By `elements(of:)`.
  var knownElements: [Value: Broadcast<ClosedRange<Int>>] = [:]

  public init(_ graph: Graph) { self.graph = graph }

  /// The interval that holds every element of the integer `value`; `nil` for reals.
  public mutating func range(of value: Value) -> ClosedRange<Int>? {
    if let range = known[value] { return range }
    guard let type = graph.type(of: value).integer else { return nil }
    let range = derive(value) ?? type.range
    known[value] = range
    return range
  }

  /// The largest magnitude that a partial sum of `value` can reach.
  ///
  /// The terms of a product or a reduction may come in any order. For other values the larger bound of the result.
  public mutating func accumulatorBound(of value: Value) -> Int? {
    let node = graph[value]
    switch node.operation {
    case .matmul:
      return productBound(node.operands[0], node.operands[1])?.magnitude
    case .sum(let axis):
      return range(of: node.operands[0])
        .map { max($0.lowerBound.magnitude, $0.upperBound.magnitude) }
        .map { Self.clamped($0.multipliedReportingOverflow(by: UInt(extent(node, axis)))) }
    case .input, .constant, .layout, .concat, .convolution, .add, .subtract, .multiply, .divide,
      .mean, .function, .softmax, .layerNorm, .quantize, .dequantize, .requantize, .integer:
      return range(of: value).map {
        Self.clamped(
          max($0.lowerBound.magnitude &- ($0.lowerBound < 0 ? 1 : 0), $0.upperBound.magnitude)
        )
      }
    }
  }

  /// Whether a + b stays inside a 32-bit accumulator.
  static func fitsAccumulator(sumOf a: Value, _ b: Value, in graph: Graph) -> Bool {
    var ranges = Ranges(graph)
    guard let x = ranges.range(of: a), let y = ranges.range(of: b) else { return false }
    let range = IntegerType.i32.range
    return x.lowerBound + y.lowerBound >= range.lowerBound
      && x.upperBound + y.upperBound <= range.upperBound
  }

  private func extent(_ node: Node, _ axis: Int) -> Int {
    graph.type(of: node.operands[0]).shape[axis]
  }

  private static func clamped(_ magnitude: UInt) -> Int { Int(min(magnitude, UInt(Int.max))) }

  private static func clamped(_ product: (partialValue: UInt, overflow: Bool)) -> Int {
    product.overflow ? .max : clamped(product.partialValue)
  }

  /// The interval that follows from the operands; `nil` where only the type bounds the value.
  private mutating func derive(_ value: Value) -> ClosedRange<Int>? {
    let node = graph[value]
    switch node.operation {
    case .constant(let tensor):
      guard let values = tensor.integers, let low = values.min(), let high = values.max() else {
        return nil
      }
      return low...high
    case .layout: return range(of: node.operands[0])
    case .concat:
      let parts = node.operands.compactMap { range(of: $0) }
      guard let low = parts.map(\.lowerBound).min(), let high = parts.map(\.upperBound).max()
      else { return nil }
      return low...high
    case .matmul: return productBound(node.operands[0], node.operands[1])?.range
    case .sum(let axis):
      return range(of: node.operands[0]).flatMap { operand in
        Self.scaled(operand, by: extent(node, axis))
      }
    case .add, .subtract, .multiply:
      guard let a = range(of: node.operands[0]), let b = range(of: node.operands[1]) else {
        return nil
      }
      return Self.combined(a, b, by: node.operation)
    case .input, .convolution, .divide, .mean, .function, .softmax, .layerNorm, .quantize,
      .dequantize, .requantize, .integer:
      return nil
    }
  }

  /// What the sum, difference or product of numbers of `a` and `b` can be.
  static func combined(
    _ a: ClosedRange<Int>,
    _ b: ClosedRange<Int>,
    by operation: Operation
  ) -> ClosedRange<Int> {
    var corners: [(Int, overflow: Bool)] = []
    for x in [a.lowerBound, a.upperBound] {
      for y in [b.lowerBound, b.upperBound] {
        switch operation {
        case .add: corners.append(x.addingReportingOverflow(y))
        case .subtract: corners.append(x.subtractingReportingOverflow(y))
        case .input, .constant, .layout, .concat, .matmul, .convolution, .multiply, .sum,
          .divide, .mean, .function, .softmax, .layerNorm, .quantize, .dequantize, .requantize,
          .integer:
          corners.append(x.multipliedReportingOverflow(by: y))
        }
      }
    }
    guard !corners.contains(where: \.overflow), let low = corners.map(\.0).min(),
      let high = corners.map(\.0).max()
    else { return Int.min...Int.max }
    return low...high
  }

  static func scaled(_ range: ClosedRange<Int>, by count: Int) -> ClosedRange<Int> {
    let low = range.lowerBound.multipliedReportingOverflow(by: count)
    let high = range.upperBound.multipliedReportingOverflow(by: count)
    return low.overflow || high.overflow ? Int.min...Int.max : low.partialValue...high.partialValue
  }
}

extension Ranges {
  /// Bounds of Σₖ aᵢₖ·bₖⱼ over all i, j.
  struct ProductBound {
    let range: ClosedRange<Int>
    /// The largest Σₖ |aᵢₖ·bₖⱼ|.
    let magnitude: Int
  }

  mutating func productBound(_ a: Value, _ b: Value) -> ProductBound? {
    guard let x = range(of: a), let y = range(of: b) else { return nil }
    let left = graph.type(of: a).shape
    let depth = left[left.count - 1]
    if let products = InnerProducts(b, isLeft: false, in: graph) {
      return ProductBound(products.bounds(for: [ClosedRange<Int>](repeating: x, count: depth)))
    }
    if let products = InnerProducts(a, isLeft: true, in: graph) {
      return ProductBound(products.bounds(for: [ClosedRange<Int>](repeating: y, count: depth)))
    }
    let product = Self.combined(x, y, by: .multiply)
    let (low, high) = (min(0, product.lowerBound), max(0, product.upperBound))
    let magnitude = Self.clamped(
      max(low.magnitude, high.magnitude).multipliedReportingOverflow(by: UInt(depth))
    )
    return ProductBound(range: Self.scaled(low...high, by: depth), magnitude: magnitude)
  }
}

extension Ranges.ProductBound {
  fileprivate init(_ bounds: InnerProducts.Bounds) {
    let low = bounds.ranges.map(\.lowerBound).min() ?? 0
    let high = bounds.ranges.map(\.upperBound).max() ?? 0
    self.init(range: low...high, magnitude: bounds.magnitude)
  }
}
