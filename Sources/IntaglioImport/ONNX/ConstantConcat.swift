/// Joins known tensors along an axis.
struct ConstantConcat {
  /// The node on whose behalf this joins, for messages and limits.
  private let call: ONNXCall
  private var node: ONNXNode { call.node }
  private let axis: Int

  init(_ call: ONNXCall, axis: Int) {
    self.call = call
    self.axis = axis
  }

  /// - Throws: `malformed` when types, ranks or other dimensions differ.
  func joined(_ parts: [ONNXConstant]) throws(ONNXFault) -> ONNXConstant {
    guard let first = parts.first else {
      throw node.malformed(expected: "at least one input", found: "none")
    }
    var shape = first.shape
    shape[axis] = 0
    for part in parts {
      var rest = part.shape
      guard part.type == first.type, rest.count == shape.count else {
        throw mismatch(parts)
      }
      let extent = rest[axis]
      rest[axis] = shape[axis]
      guard rest == shape else { throw mismatch(parts) }
      shape[axis] += extent
    }
    guard call.isFoldable(shape) else {
      throw node.malformed(expected: "at most \(call.limit) elements", found: "dimensions \(shape)")
    }
    return ONNXConstant(first.type, shape, elements(parts, like: first.elements, shape))
  }

  private func elements(
    _ parts: [ONNXConstant],
    like elements: ONNXConstant.Elements,
    _ shape: [Int]
  ) -> ONNXConstant.Elements {
    let rows = shape[..<axis].reduce(1, *)
    func join<T>(_ values: (ONNXConstant.Elements) -> [T]) -> [T] {
      let lists = parts.map { (list: values($0.elements), width: $0.shape[axis...].reduce(1, *)) }
      var result: [T] = []
      for row in 0..<rows {
        for (list, width) in lists { result += list[row * width..<(row + 1) * width] }
      }
      return result
    }
    switch elements {
    case .floats: return .floats(join { if case .floats(let list) = $0 { list } else { [] } })
    case .doubles: return .doubles(join { if case .doubles(let list) = $0 { list } else { [] } })
    case .integers:
      return .integers(join { if case .integers(let list) = $0 { list } else { [] } })
    }
  }

  private func mismatch(_ parts: [ONNXConstant]) -> ONNXFault {
    let found = parts.map { "\($0.type.name)\($0.shape)" }.joined(separator: " and ")
    return node.malformed(expected: "dimensions that agree except at axis \(axis)", found: found)
  }
}
