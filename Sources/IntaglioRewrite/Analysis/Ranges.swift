public import IntaglioGraph
import IntaglioNumerics

/// Interval analysis: what every integer in a graph can be, over all inputs.
///
/// Constants range over what they hold; a product with constant weights is bounded per column with
/// the actual weights; everything else by interval arithmetic. Partial sums are bounded by the sum of
/// magnitudes, so any order of accumulation stays inside. Codes range over their type, or, where the
/// analysis sees through them, over what their quantizer makes of its operand: narrower, at the price
/// of a pass over all that stands above.
public struct Ranges {
  let graph: Graph
  /// Whether codes range over what their operands allow, not over their type.
  let seesThroughCodes: Bool
  private var known: [Value: ClosedRange<Int>] = [:]
  /// Of products with constant weights.
  private var knownProducts: [Value: InnerProducts.Bounds] = [:]
  /// By `elements(of:)`.
  var knownElements: [Value: Broadcast<ClosedRange<Int>>] = [:]
  /// How many analyses are under way, one for the sake of the other.
  var depth = 0

  /// Codes range over their type, or with `seesThroughCodes` over what their operands allow.
  public init(_ graph: Graph, seesThroughCodes: Bool = false) {
    self.graph = graph
    self.seesThroughCodes = seesThroughCodes
  }

  /// The interval that holds every element of the integer `value`; `nil` for reals.
  public mutating func range(of value: Value) -> ClosedRange<Int>? {
    if let range = known[value] { return range }
    guard let type = graph.type(of: value).integer else { return nil }
    prepareOperands(of: value)
    depth += 1
    defer { depth -= 1 }
    let elements = seesThroughCodes && graph.constant(value) == nil ? elements(of: value) : nil
    let range = elements.map(Self.hull) ?? derive(value) ?? type.range
    known[value] = range
    return range
  }

  /// Analyses what stands above `value` from the top down where one call inside the other would take
  /// too much of the stack: a file may chain any number of nodes.
  mutating func prepareOperands(of value: Value) {
    guard depth == Self.deepest else { return }
    depth = 0
    defer { depth = Self.deepest }
    let isKnown = { [known, knownElements, seesThroughCodes] (value: Value) in
      known[value] != nil && (!seesThroughCodes || knownElements[value] != nil)
    }
    for above in graph.integersAbove(value, isKnown: isKnown) {
      _ = range(of: above)
      if seesThroughCodes { _ = elements(of: above) }
    }
  }

  private static let deepest = 100

  /// The largest magnitude that a partial sum of `value` can reach.
  ///
  /// The terms of a product or a reduction may come in any order. For other values the larger bound of the result.
  public mutating func accumulatorBound(of value: Value) -> Int? {
    let node = graph[value]
    if node.operation == .matmul {
      return productBounds(of: value)?.magnitude
        ?? productBound(node.operands[0], node.operands[1])?.magnitude
    }
    if case .sum(let axis) = node.operation {
      return range(of: node.operands[0])
        .map { max($0.lowerBound.magnitude, $0.upperBound.magnitude) }
        .map { Self.clamped($0.multipliedReportingOverflow(by: UInt(extent(node, axis)))) }
    }
    return range(of: value).map {
      Self.clamped(
        max($0.lowerBound.magnitude &- ($0.lowerBound < 0 ? 1 : 0), $0.upperBound.magnitude)
      )
    }
  }

  /// What the sum of any of the terms of a product or a reduction can be; `nil` for other values.
  mutating func partialSums(of value: Value) -> ClosedRange<Int>? {
    let node = graph[value]
    func withZero(_ range: ClosedRange<Int>) -> ClosedRange<Int> { Self.hull(range, 0...0) }
    if node.operation == .matmul {
      // A term that is left out counts as zero.
      if let (products, factors) = innerProducts(node.operands[0], node.operands[1]),
        !factors.allSatisfy({ $0.contains(0) })
      {
        return Self.hull(products.bounds(for: factors.map(withZero)).ranges)
      }
      return range(of: value).map(withZero)
    }
    guard case .sum(let axis) = node.operation else { return nil }
    return range(of: node.operands[0]).map { Self.scaled(withZero($0), by: extent(node, axis)) }
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

  /// The interval that follows from those of the operands; `nil` where only the type bounds the
  /// value.
  mutating func derive(_ value: Value) -> ClosedRange<Int>? {
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
    case .matmul:
      return productBounds(of: value).map { Self.hull($0.ranges) }
        ?? productBound(node.operands[0], node.operands[1])?.range
    case .sum(let axis):
      return range(of: node.operands[0]).flatMap { operand in
        Self.scaled(operand, by: extent(node, axis))
      }
    case .add, .subtract, .multiply, .divide:
      guard let ring = node.operation.ringOperation, let a = range(of: node.operands[0]),
        let b = range(of: node.operands[1])
      else { return nil }
      return Self.combined(a, b, by: ring)
    case .input, .convolution, .mean, .function, .softmax, .rowExponential, .layerNorm, .rmsNorm,
      .quantize, .dequantize, .requantize, .integer:
      return nil
    }
  }

  /// What the sum, difference or product of numbers of `a` and `b` can be.
  static func combined(
    _ a: ClosedRange<Int>,
    _ b: ClosedRange<Int>,
    by operation: Operation.RingOperation
  ) -> ClosedRange<Int> {
    var corners: [(Int, overflow: Bool)] = []
    for x in [a.lowerBound, a.upperBound] {
      for y in [b.lowerBound, b.upperBound] {
        switch operation {
        case .sum: corners.append(x.addingReportingOverflow(y))
        case .difference: corners.append(x.subtractingReportingOverflow(y))
        case .product: corners.append(x.multipliedReportingOverflow(by: y))
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
    if let (products, factors) = innerProducts(a, b) {
      return ProductBound(products.bounds(for: factors))
    }
    guard let x = range(of: a), let y = range(of: b) else { return nil }
    let depth = graph.type(of: a).shape.last ?? 1
    let product = Self.combined(x, y, by: .product)
    let (low, high) = (min(0, product.lowerBound), max(0, product.upperBound))
    let magnitude = Self.clamped(
      max(low.magnitude, high.magnitude).multipliedReportingOverflow(by: UInt(depth))
    )
    return ProductBound(range: Self.scaled(low...high, by: depth), magnitude: magnitude)
  }
}

extension Ranges {
  /// The bounds of the matmul `value`, one for each column or row of its constant weights; `nil`
  /// where both operands are computed, or there is no sum.
  mutating func productBounds(of value: Value) -> InnerProducts.Bounds? {
    if let bounds = knownProducts[value] { return bounds }
    let operands = graph[value].operands
    guard let (products, factors) = innerProducts(operands[0], operands[1]) else { return nil }
    let bounds = products.bounds(for: factors)
    guard !bounds.ranges.isEmpty else { return nil }
    knownProducts[value] = bounds
    return bounds
  }

  /// The sums of a product with constant weights, and what factor k of each can be; `nil` where both
  /// operands are computed.
  mutating func innerProducts(
    _ a: Value,
    _ b: Value
  ) -> (products: InnerProducts, factors: [ClosedRange<Int>])? {
    if let products = InnerProducts(b, isLeft: false, in: graph),
      let factors = factors(of: a, fromRight: 1, count: products.depth)
    {
      return (products, factors)
    }
    if let products = InnerProducts(a, isLeft: true, in: graph),
      let factors = factors(of: b, fromRight: 2, count: products.depth)
    {
      return (products, factors)
    }
    return nil
  }

  /// What the elements at each index of a contraction axis can be.
  private mutating func factors(
    of value: Value,
    fromRight distance: Int,
    count: Int
  ) -> [ClosedRange<Int>]? {
    guard seesThroughCodes, let elements = elements(of: value) else {
      return range(of: value).map { [ClosedRange<Int>](repeating: $0, count: count) }
    }
    return elements.along(fromRight: distance, extent: count, Self.hull)
  }
}

extension Ranges.ProductBound {
  fileprivate init(_ bounds: InnerProducts.Bounds) {
    let low = bounds.ranges.map(\.lowerBound).min() ?? 0
    let high = bounds.ranges.map(\.upperBound).max() ?? 0
    self.init(range: low...high, magnitude: bounds.magnitude)
  }
}

extension Graph {
  /// The integers that `value` is made of, and these of, as far as none is known, in dependency order.
  fileprivate func integersAbove(_ value: Value, isKnown: (Value) -> Bool) -> [Value] {
    var (seen, pending): (Set<Value>, [Value]) = ([], [value])
    while let next = pending.popLast() {
      pending += self[next].operands.filter {
        type(of: $0).isInteger && !isKnown($0) && seen.insert($0).inserted
      }
    }
    return seen.sorted()
  }
}
