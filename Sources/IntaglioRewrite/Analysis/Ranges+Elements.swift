public import IntaglioGraph
import IntaglioNumerics

extension Ranges {
  /// What every element of the integer `value` can be; `nil` for reals.
  ///
  /// Narrower than `range(of:)` where columns, heads or rows differ: a product with constant weights
  /// has the bounds of each column, and a constant is what it holds. Costs time where such a value
  /// is large.
  public mutating func elements(of value: Value) -> Broadcast<ClosedRange<Int>>? {
    if let elements = knownElements[value] { return elements }
    guard let type = graph.type(of: value).integer else { return nil }
    prepareOperands(of: value)
    depth += 1
    defer { depth -= 1 }
    let elements = isEmpty(value) ? nil : deriveElements(value)
    let result = elements ?? Broadcast(derive(value) ?? type.range)
    knownElements[value] = result
    return result
  }

  /// `nil` where all elements are alike.
  private mutating func deriveElements(_ value: Value) -> Broadcast<ClosedRange<Int>>? {
    let node = graph[value]
    let shapes = node.operands.map { graph.type(of: $0).shape }
    switch node.operation {
    case .constant(let tensor):
      return tensor.integers.map { Broadcast($0.map { $0...$0 }, shape: tensor.shape) }
    case .layout(let layout):
      return elements(of: node.operands[0])?.moved(layout, from: shapes[0])
    case .concat(let axis):
      let parts = node.operands.compactMap { elements(of: $0) }
      return parts.count == shapes.count
        ? Broadcast(joining: parts, over: shapes, axis: axis) : nil
    case .matmul:
      return productBounds(of: value).map { Broadcast($0.ranges, shape: $0.shape) }
    case .add, .subtract, .multiply, .divide:
      guard let ring = node.operation.ringOperation, let a = elements(of: node.operands[0]),
        let b = elements(of: node.operands[1])
      else { return nil }
      return a.combined(b) { Self.combined($0, $1, by: ring) }
    case .sum(let axis):
      guard let operand = elements(of: node.operands[0]) else { return nil }
      let distance = shapes[0].count - axis
      return operand.extent(fromRight: distance) > 1
        ? operand.folded(fromRight: distance) { Self.combined($0, $1, by: .sum) }
        : operand.map { Self.scaled($0, by: shapes[0][axis]) }
    case .requantize, .integer: return seesThroughCodes ? codeElements(node) : nil
    case .input, .convolution, .mean, .function, .softmax, .rowExponential, .layerNorm, .rmsNorm,
      .quantize, .dequantize:
      return nil
    }
  }

  /// Whether the value, or something that it is made of, has no elements.
  private func isEmpty(_ value: Value) -> Bool {
    ([value] + graph[value].operands).contains { graph.type(of: $0).count == 0 }
  }

  static func hull(_ elements: Broadcast<ClosedRange<Int>>) -> ClosedRange<Int> {
    hull(elements.values)
  }

  /// - Precondition: there is a range.
  static func hull(_ ranges: [ClosedRange<Int>]) -> ClosedRange<Int> {
    ranges.dropFirst().reduce(ranges[0], hull)
  }

  static func magnitude(_ range: ClosedRange<Int>) -> UInt {
    max(range.lowerBound.magnitude, range.upperBound.magnitude)
  }

  static func hull(_ a: ClosedRange<Int>, _ b: ClosedRange<Int>) -> ClosedRange<Int> {
    min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound)
  }
}
