public import IntaglioGraph
import IntaglioNumerics

/// What the real numbers that come from integers can be, over all inputs: equations (26)–(28).
///
/// Integers have their `Ranges`, a product with constant weights one for each column; from there
/// on interval arithmetic, element by element where elements differ, with ends rounded outwards. So a
/// bound is never too small for exact arithmetic, and it is reached where a value is a sum of
/// independent terms: a dequantized accumulator, a residual sum of such.
public struct RealRanges {
  private let graph: Graph
  private var integers: Ranges
  private var known: [Value: Broadcast<RealRange>] = [:]
  /// How many analyses are under way, one for the sake of the other.
  private var depth = 0

  public init(_ graph: Graph) {
    self.graph = graph
    integers = Ranges(graph, seesThroughCodes: true)
  }

  /// The largest |x| of the real `value`, one for each index of its last axis.
  ///
  /// - Returns: `nil` where nothing bounds the value, because it hangs on a real input, a divisor may
  ///   be zero or a constant is infinite; and for integers.
  public mutating func magnitudes(of value: Value) -> [Double]? {
    let type = graph.type(of: value)
    guard !type.isInteger, type.count > 0 else { return nil }
    let ranges = ranges(of: value)
      .along(fromRight: 1, extent: type.shape.last ?? 1, RealRange.hull)
    let magnitudes = ranges.map(\.magnitude)
    return magnitudes.allSatisfy(\.isFinite) ? magnitudes : nil
  }

  private mutating func ranges(of value: Value) -> Broadcast<RealRange> {
    if let ranges = known[value] { return ranges }
    depth += 1
    defer { depth -= 1 }
    // From the top down where one call inside the other would take too much of the stack.
    if depth == 100 {
      depth = 0
      defer { depth = 100 }
      for above in realsAbove(value) { _ = ranges(of: above) }
    }
    let isEmpty = ([value] + graph[value].operands).contains { graph.type(of: $0).count == 0 }
    let ranges = (isEmpty ? nil : derive(value)) ?? Broadcast(.everything)
    known[value] = ranges
    return ranges
  }

  /// The reals that `value` is made of, and these of, as far as none is known, in dependency order.
  private func realsAbove(_ value: Value) -> [Value] {
    var (seen, pending): (Set<Value>, [Value]) = ([], [value])
    while let next = pending.popLast() {
      pending += graph[next].operands.filter {
        !graph.type(of: $0).isInteger && known[$0] == nil && seen.insert($0).inserted
      }
    }
    return seen.sorted()
  }

  /// `nil` where nothing is known.
  private mutating func derive(_ value: Value) -> Broadcast<RealRange>? {
    let node = graph[value]
    let shapes = node.operands.map { graph.type(of: $0).shape }
    switch node.operation {
    case .constant(let tensor):
      return Broadcast(tensor.doubles.map { RealRange($0) }, shape: tensor.shape)
    case .layout(let layout): return ranges(of: node.operands[0]).moved(layout, from: shapes[0])
    case .concat(let axis):
      return Broadcast(joining: node.operands.map { ranges(of: $0) }, over: shapes, axis: axis)
    case .add: return combined(node, +)
    case .subtract: return combined(node, -)
    case .multiply: return combined(node, *)
    case .divide: return combined(node, /)
    case .sum(let axis): return total(node.operands[0], axis)
    case .mean(let axis):
      let count = RealRange(shapes[0][axis])
      let operand = ranges(of: node.operands[0])
      guard operand.extent(fromRight: shapes[0].count - axis) > 1 else { return operand }
      return total(node.operands[0], axis).map { $0 / count }
    case .function(let function):
      return ranges(of: node.operands[0]).map { $0.image(under: function) }
    case .softmax, .rowExponential: return Broadcast(RealRange(0, 1))
    case .layerNorm: return normalized(node, largest: Double.squareRootUp(shapes[1][0] - 1))
    case .rmsNorm: return normalized(node, largest: Double.squareRootUp(shapes[1][0]))
    case .dequantize(let dequantizer): return dequantized(node.operands[0], dequantizer)
    case .matmul: return product(node, depth: shapes[0][shapes[0].count - 1])
    case .convolution(let geometry): return convolved(node, geometry, weights: shapes[1])
    case .input, .quantize, .requantize, .integer: return nil
    }
  }

  private mutating func combined(
    _ node: Node,
    _ operation: (RealRange, RealRange) -> RealRange
  ) -> Broadcast<RealRange>? {
    let (a, b) = (ranges(of: node.operands[0]), ranges(of: node.operands[1]))
    return a.combined(b, operation)
  }

  private mutating func total(_ operand: Value, _ axis: Int) -> Broadcast<RealRange> {
    let shape = graph.type(of: operand).shape
    let (ranges, distance) = (ranges(of: operand), shape.count - axis)
    if ranges.extent(fromRight: distance) > 1 { return ranges.folded(fromRight: distance, +) }
    let count = RealRange(shape[axis])
    return ranges.map { $0 * count }
  }

  /// γ·ŷ, + β where there is one, with |ŷ| ≤ √(N − 1), or √N for RMSNorm: equation (27).
  private mutating func normalized(_ node: Node, largest: Double) -> Broadcast<RealRange>? {
    let values = RealRange(-largest, largest)
    let scaled = ranges(of: node.operands[1]).map { $0 * values }
    guard node.operands.count > 2 else { return scaled }
    return scaled.combined(ranges(of: node.operands[2]), +)
  }

  private mutating func dequantized(
    _ codes: Value,
    _ dequantizer: Dequantizer
  ) -> Broadcast<RealRange>? {
    integers.elements(of: codes)?
      .combined(dequantizer.zeroPoint) { RealRange($0) - RealRange($1) }?
      .combined(dequantizer.scale.map { RealRange($0) }, *)?
      .combined(dequantizer.offset.map { RealRange($0) }, +)
  }

  /// Σₖ aₖ·bₖⱼ, for each column j.
  private mutating func product(_ node: Node, depth: Int) -> Broadcast<RealRange> {
    let rows = ranges(of: node.operands[0]).along(fromRight: 1, extent: depth, RealRange.hull)
    var weights = ranges(of: node.operands[1])
    for distance in weights.shape.indices.map({ $0 + 1 }).dropFirst(2) {
      weights = weights.folded(fromRight: distance, RealRange.hull)
    }
    let columns = weights.extent(fromRight: 1)
    let hasRows = weights.extent(fromRight: 2) > 1
    var sums = [RealRange](repeating: RealRange(0), count: columns)
    for (k, row) in rows.enumerated() {
      for column in 0..<columns {
        sums[column] =
          sums[column] + row * weights.values[(hasRows ? k * columns : 0) + column]
      }
    }
    return Broadcast(sums, shape: [columns])
  }

  /// The sum over a window of any values of the image, for each output channel.
  private mutating func convolved(
    _ node: Node,
    _ geometry: Convolution,
    weights shape: [Int]
  ) -> Broadcast<RealRange> {
    let image = ranges(of: node.operands[0]).values
    var pixels = image.dropFirst().reduce(image[0], RealRange.hull)
    if geometry.padding.contains(where: { $0 > 0 }) { pixels = .hull(pixels, RealRange(0)) }
    let weights = ranges(of: node.operands[1]).expanded(over: shape)
    let window = shape[1...].reduce(1, *)
    let sums = (0..<shape[0]).map { channel in
      weights[channel * window..<(channel + 1) * window].reduce(RealRange(0)) { $0 + $1 * pixels }
    }
    return Broadcast(sums, shape: [shape[0], 1, 1])
  }
}
