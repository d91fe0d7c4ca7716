import IntaglioGraph

/// Finds functions that exporters write out in elementary steps, at their last step.
///
/// A node about to enter the graph is compared with the graph behind its operands. Where it
/// completes a known function of some value, the function takes its place; the elementary steps
/// stay for whoever else uses them and are dropped in the end otherwise. Only arrangements that
/// mean the same in exact arithmetic match, with constants that are the true ones rounded to a
/// floating-point format.
enum FunctionRecognition {
  /// `node`, or the known function that it completes.
  static func recognize(_ node: Node, in graph: inout Graph) throws(GraphError) -> Node {
    if let codes = try CodeRecognition.recognize(node, in: &graph) { return codes }
    if node.operation == .multiply {
      if let gelu = GELURecognition(graph: graph).match(node) { return gelu }
      if let quick = try QuickGELURecognition.match(node, in: &graph) { return quick }
      if let norm = try NormRecognition.scaled(node, in: &graph) { return norm }
      if let norm = try NormRecognition.multiplied(node, in: &graph) { return norm }
    } else if node.operation == .divide {
      if let gelu = GELURecognition(graph: graph).match(node) { return gelu }
      if let norm = try NormRecognition.normalized(node, in: &graph) { return norm }
    } else if node.operation == .add {
      if let norm = NormRecognition.shifted(node, in: graph) { return norm }
    }
    return node
  }
}

extension Graph {
  /// The one real number that the constant `value` holds everywhere, `nil` for anything else.
  func uniformReal(_ value: Value) -> Double? {
    guard let tensor = constant(value), !tensor.type.isInteger else { return nil }
    return tensor.uniform
  }

  /// The operands of `value` when it is of the kind that `matches` says.
  func operands(of value: Value, _ matches: (IntaglioGraph.Operation) -> Bool) -> [Value]? {
    matches(self[value].operation) ? self[value].operands : nil
  }
}

extension Tensor {
  /// The one number that all elements have, `nil` where they differ or there are none.
  var uniform: Double? {
    func same<T: Equatable>(_ values: [T]) -> T? {
      guard let first = values.first, values.allSatisfy({ $0 == first }) else { return nil }
      return first
    }
    return switch elements {
    case .float32(let values): same(values).map(Double.init)
    case .float64(let values): same(values)
    case .int8(let values): same(values).map(Double.init)
    case .uint8(let values): same(values).map(Double.init)
    case .int32(let values): same(values).map(Double.init)
    }
  }
}

extension Double {
  /// Whether this is `target` rounded to one of the formats that models are kept in.
  func isRounding(of target: Double) -> Bool {
    self == target || self == Double(Float(target))
      || self == Double(ONNXElementType.float16.rounded(Float(target)))
      || self == Double(ONNXElementType.bfloat16.rounded(Float(target)))
  }
}
