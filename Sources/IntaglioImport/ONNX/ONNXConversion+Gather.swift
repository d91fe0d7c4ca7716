import IntaglioGraph

/// A run of indices in equal steps.
struct IndexStretch: Equatable {
  let start: Int
  let step: Int
  let count: Int

  /// `indices` as few stretches of step 0, 1 or more, one after the other.
  ///
  /// Backwards, or two of them with a gap, elements stand alone.
  static func all(in indices: [Int]) -> [IndexStretch] {
    var result: [IndexStretch] = []
    var first = 0
    while first < indices.count {
      var end = first + 1
      var step = end < indices.count ? indices[end] - indices[first] : 1
      while end < indices.count, indices[end] - indices[end - 1] == step { end += 1 }
      if step < 0 || step > 1 && end - first < 3 { (step, end) = (1, first + 1) }
      result.append(IndexStretch(start: indices[first], step: step, count: end - first))
      first = end
    }
    return result
  }
}

extension ONNXConversion {
  /// The elements of `operand` at `indices` of `axis`, in any order and any number of times; as layouts and
  /// joins where they depend on the model's input.
  ///
  /// - Precondition: the indices are those of `axis`.
  mutating func gather(
    _ operand: ONNXOperand,
    _ indices: [Int],
    axis: Int,
    in call: ONNXCall,
    name: String? = nil
  ) throws(ONNXFault) -> ONNXOperand {
    var target = shape(of: operand)
    if indices.count == target[axis], indices.indices.allSatisfy({ indices[$0] == $0 }) {
      return operand
    }
    target[axis] = indices.count
    if case .constant(let constant) = operand {
      guard call.isFoldable(target) else {
        throw call.node.unsupported("a table this large", advice: "gather fewer elements")
      }
      return .constant(constant.picked(indices, axis: axis))
    }
    let stretches = IndexStretch.all(in: indices)
    guard stretches.count <= 4096 else {
      throw call.node.unsupported(
        "a \(call.node.type) of more than 4096 stretches of indices",
        advice: "gather neighbours together"
      )
    }
    guard stretches.count > 1 else {
      let one = stretches.first ?? IndexStretch(start: 0, step: 1, count: 0)
      return try stretch(one, of: operand, axis: axis, in: call, name: name)
    }
    var parts: [ONNXOperand] = []
    for each in stretches {
      parts.append(try stretch(each, of: operand, axis: axis, in: call, name: nil))
    }
    return try concat(parts, axis: axis, in: call, name: name)
  }

  private mutating func stretch(
    _ stretch: IndexStretch,
    of operand: ONNXOperand,
    axis: Int,
    in call: ONNXCall,
    name: String?
  ) throws(ONNXFault) -> ONNXOperand {
    let (start, step, count) = (stretch.start, stretch.step, stretch.count)
    guard step > 1 else {
      let length = step == 0 ? 1 : count
      let layout = Layout.slice(axis: axis, start: start, count: length)
      let part = try self.layout(layout, of: operand, name: step == 0 ? nil : name)
      guard step == 0 else { return part }
      var target = shape(of: part)
      target[axis] = count
      return try self.layout(.broadcast(target), of: part, name: name)
    }
    // Columns of a matrix whose rows are `step` long; column `offset` holds the elements.
    let extent = shape(of: operand)[axis]
    let offset = max(0, start + count * step - extent)
    guard offset < step, offset <= start else {
      let (head, last) = (
        IndexStretch(start: start, step: step, count: count - 1),
        IndexStretch(start: start + (count - 1) * step, step: 1, count: 1)
      )
      let parts = [
        try self.stretch(head, of: operand, axis: axis, in: call, name: nil),
        try self.stretch(last, of: operand, axis: axis, in: call, name: nil),
      ]
      return try concat(parts, axis: axis, in: call, name: name)
    }
    let whole = Layout.slice(axis: axis, start: start - offset, count: count * step)
    let part = try layout(whole, of: operand, name: nil)
    let (rows, rest) = (shape(of: part)[..<axis], shape(of: part)[(axis + 1)...])
    let matrix = try layout(.reshape(rows + [count, step] + rest), of: part, name: nil)
    let column = try layout(.slice(axis: axis + 1, start: offset, count: 1), of: matrix, name: nil)
    return try layout(.reshape(rows + [count] + rest), of: column, name: name)
  }
}
