import IntaglioGraph

/// What several operators need that the graph writes in more than one step.
extension ONNXConversion {
  /// A constant of one number.
  mutating func number(_ value: Double) throws(ONNXFault) -> Value {
    let isFloat = Double(Float(value)) == value || value.isNaN
    let tensor = isFloat ? Tensor([Float(value)], shape: []) : Tensor(scalar: value)
    return try append(.constant(tensor), [], name: nil)
  }

  /// `value` times a number.
  mutating func scaled(
    _ value: Value,
    by factor: Double,
    name: String? = nil
  ) throws(ONNXFault) -> Value {
    if factor == 1 { return value }
    return try append(.multiply, [value, try number(factor)], name: name)
  }

  /// One number for each element of axis 1 of a tensor of `rank` axes.
  mutating func channels(_ values: [Double], rank: Int) throws(ONNXFault) -> Value {
    let shape = [values.count] + Array(repeating: 1, count: max(0, rank - 2))
    return try append(.constant(Tensor(values.map(Float.init), shape: shape)), [], name: nil)
  }

  /// The larger of two values, element by element: a + relu(b − a); the smaller one: a − relu(a − b).
  mutating func extremum(
    _ a: Value,
    _ b: Value,
    isLargest: Bool,
    name: String? = nil
  ) throws(ONNXFault) -> Value {
    if a == b { return a }
    let difference = try append(.subtract, isLargest ? [b, a] : [a, b], name: nil)
    let excess = try append(.function(.relu), [difference], name: nil)
    return try append(isLargest ? .add : .subtract, [a, excess], name: name)
  }

  /// The largest, or smallest, element along `axis`, which stays with extent 1.
  mutating func extremum(
    of value: Value,
    axis: Int,
    isLargest: Bool,
    name: String? = nil
  ) throws(ONNXFault) -> Value {
    var value = value
    guard graph.type(of: value).shape[axis] > 0 else {
      throw .unsupported(
        place: name.map { "node \($0)" },
        feature: "the largest or smallest of no elements",
        advice: "export the model for inputs that have some"
      )
    }
    while case let extent = graph.type(of: value).shape[axis], extent > 1 {
      let half = extent / 2
      let parts = [(0, half), (half, half), (2 * half, extent - 2 * half)]
      var values: [Value] = []
      for (start, count) in parts where count > 0 {
        let layout = Layout.slice(axis: axis, start: start, count: count)
        values.append(try append(.layout(layout), [value], name: nil))
      }
      let isLast = extent == 2
      let name = isLast ? name : nil
      let larger = try extremum(values[0], values[1], isLargest: isLargest, name: name)
      value = larger
      if values.count == 3 {
        value = try append(.concat(axis: axis), [larger, values[2]], name: nil)
      }
    }
    return value
  }
}
