import IntaglioGraph
import IntaglioNumerics

/// Recognizes quantization and dequantization that are spelled out in elementary steps.
///
/// ```
/// Round(x/s + z)            codes of 32 bits, dequantized with scale 1 (`RoundRecognition`)
/// Clip of these             codes within the limits                    (`RoundRecognition`)
/// dequantize(q, 1) ± k      another zero point
/// dequantize(q, 1) · s      another scale
/// (a − b) + b               a: how a gradient is sent past a rounding
/// ```
/// All of it is exact; what is left of 32-bit codes in the end is refused by name.
enum CodeRecognition {
  /// The most elements of a constant that is a scale or a zero point.
  private static let largest = 1 << 16

  static func recognize(_ node: Node, in graph: inout Graph) throws(GraphError) -> Node? {
    if case .function(.clip(let lower, let upper)) = node.operation {
      return try RoundRecognition.limited(node, lower, upper, in: &graph)
    }
    if case .dequantize(let dequantizer) = node.operation {
      return joined(node, dequantizer, in: graph)
    }
    if node.operation == .add {
      return straightThrough(node, in: graph) ?? shifted(node, in: graph)
    }
    if node.operation == .subtract { return shifted(node, in: graph) }
    if node.operation == .multiply || node.operation == .divide { return scaled(node, in: graph) }
    return nil
  }

  /// Codes as reals, with scale 1: `value` is codes − zero point.
  static func codes(
    _ value: Value,
    in graph: Graph
  ) -> (codes: Value, zeroPoint: ZeroPoint)? {
    guard case .dequantize(let dequantizer) = graph[value].operation,
      dequantizer.scale == Scale(.one), dequantizer.offset == Scale(.zero)
    else { return nil }
    return (graph[value].operands[0], dequantizer.zeroPoint)
  }

  /// The real constant at `value` that stretches over `shape` and not beyond.
  static func constant(_ value: Value, over shape: [Int], in graph: Graph) -> Scale? {
    guard let tensor = graph.constant(value), !tensor.type.isInteger, tensor.count > 0,
      tensor.count <= largest, Shape.broadcast(shape, tensor.type.shape) == shape,
      tensor.type.shape.count <= shape.count, let exact = tensor.rationals
    else { return nil }
    return Scale(exact, shape: tensor.type.shape)
  }

  /// The integers that a constant holds, each below 2³¹.
  static func integers(_ constant: Scale) -> ZeroPoint? {
    let isSmall = constant.values.allSatisfy { $0.isInteger && $0.magnitude < Rational(1 << 31) }
    return isSmall ? constant.map { Int($0.numerator) } : nil
  }

  /// (a − b) + b, where a was rounded.
  private static func straightThrough(_ node: Node, in graph: Graph) -> Node? {
    for (difference, other) in [(0, 1), (1, 0)].map({ (node.operands[$0], node.operands[$1]) }) {
      guard let parts = graph.operands(of: difference, { $0 == .subtract }), parts[1] == other,
        graph.type(of: parts[0]) == graph.type(of: other),
        case .dequantize = graph[parts[0]].operation
      else { continue }
      return graph[parts[0]]
    }
    return nil
  }

  /// Codes as reals and an integer beside them.
  private static func shifted(_ node: Node, in graph: Graph) -> Node? {
    let isSum = node.operation == .add
    for (value, addend) in [(0, 1), (1, 0)].prefix(isSum ? 2 : 1) {
      let (value, addend) = (node.operands[value], node.operands[addend])
      guard let (codes, zeroPoint) = codes(value, in: graph),
        let constant = constant(addend, over: graph.type(of: value).shape, in: graph),
        let shift = integers(constant),
        let moved = zeroPoint.combined(shift, { isSum ? $0 - $1 : $0 + $1 }),
        moved.values.allSatisfy({ abs($0) < 1 << 31 })
      else { continue }
      return Node(.dequantize(Dequantizer(scale: Scale(.one), zeroPoint: moved)), [codes])
    }
    return nil
  }

  /// Codes as reals and a factor beside them.
  private static func scaled(_ node: Node, in graph: Graph) -> Node? {
    let isProduct = node.operation == .multiply
    for (value, factor) in [(0, 1), (1, 0)].prefix(isProduct ? 2 : 1) {
      let (value, factor) = (node.operands[value], node.operands[factor])
      guard let (codes, zeroPoint) = codes(value, in: graph), isQuantized(codes, in: graph),
        let constant = constant(factor, over: graph.type(of: value).shape, in: graph),
        constant.values.allSatisfy({ !$0.isZero })
      else { continue }
      let scale = isProduct ? constant : constant.map { Rational(1) / $0 }
      return Node(.dequantize(Dequantizer(scale: scale, zeroPoint: zeroPoint)), [codes])
    }
    return nil
  }

  private static func isQuantized(_ codes: Value, in graph: Graph) -> Bool {
    if case .quantize = graph[codes].operation { return true }
    return graph.constant(codes) != nil
  }

  /// A zero point that is subtracted from codes as integers of 32 bits.
  private static func joined(_ node: Node, _ dequantizer: Dequantizer, in graph: Graph) -> Node? {
    let inner = graph[node.operands[0]]
    guard inner.operation == .subtract || inner.operation == .add,
      let tensor = graph.constant(inner.operands[1]), let numbers = tensor.integers,
      !numbers.isEmpty, numbers.count <= largest,
      graph.type(of: inner.operands[0]).shape == graph.type(of: node.operands[0]).shape,
      graph.constant(inner.operands[0]) == nil
    else { return nil }
    let sign = inner.operation == .subtract ? 1 : -1
    let shift = ZeroPoint(numbers.map { sign * $0 }, shape: tensor.type.shape)
    guard shift.fits(graph.type(of: inner.operands[0]).shape),
      let zeroPoint = dequantizer.zeroPoint.combined(shift, { $0 + $1 }),
      zeroPoint.values.allSatisfy({ abs($0) < 1 << 31 })
    else { return nil }
    let whole = Dequantizer(
      scale: dequantizer.scale,
      zeroPoint: zeroPoint,
      offset: dequantizer.offset
    )
    return Node(.dequantize(whole), [inner.operands[0]])
  }
}
