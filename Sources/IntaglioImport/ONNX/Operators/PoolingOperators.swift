import IntaglioGraph

/// MaxPool and AveragePool, along one axis after the other.
enum PoolingOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "AveragePool": average, "MaxPool": largest,
  ]

  /// The largest element of every window; padding is never the largest.
  private static func largest(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    var operand = try call.operand(0)
    let windows = try PoolingWindow.all(call, image: conversion.shape(of: operand))
    for (offset, window) in windows.enumerated() where window.kernel > 1 || window.stride > 1 {
      let name = offset == windows.count - 1 ? call.node.name : nil
      var result: Value?
      for tap in 0..<window.kernel {
        guard let indices = window.indices(tap) else { throw outside(call) }
        let part = try conversion.gather(operand, indices, axis: 2 + offset, in: call)
        let value = try conversion.real(part, in: call)
        let isLast = tap == window.kernel - 1
        result =
          try result.map { before throws(ONNXFault) in
            try conversion.extremum(before, value, isLargest: true, name: isLast ? name : nil)
          } ?? value
      }
      if let result { operand = .computed(result) }
    }
    return [operand]
  }

  /// The mean of every window, with the padding or without.
  private static func average(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let windows = try PoolingWindow.all(call, image: conversion.shape(of: operand))
    let countsPadding = try call.node.int("count_include_pad") ?? 0 != 0
    var value = try conversion.real(operand, in: call)
    for (offset, window) in windows.enumerated() where window.kernel > 1 || window.stride > 1 {
      let isLast = offset == windows.count - 1
      let name = isLast ? call.node.name : nil
      let axis = 2 + offset
      if window.isPartition {
        value = try partitioned(value, window, axis: axis, name, &conversion)
        continue
      }
      let sizes = window.sizes(countsPadding: countsPadding)
      guard !sizes.contains(0) else { throw outside(call) }
      let sum = try self.sum(value, window, axis: axis, call, &conversion)
      if Set(sizes).count == 1 {
        value = try conversion.append(
          .multiply,
          [sum, try conversion.number(1 / Double(sizes[0]))],
          name: name
        )
      } else {
        let shape = [sizes.count] + [Int](repeating: 1, count: windows.count - 1 - offset)
        let shares = Tensor(sizes.map { Float(1 / Double($0)) }, shape: shape)
        let factors = try conversion.append(.constant(shares), [], name: nil)
        value = try conversion.append(.multiply, [sum, factors], name: name)
      }
    }
    return [.computed(value)]
  }

  /// Windows side by side: the mean of a new axis.
  private static func partitioned(
    _ value: Value,
    _ window: PoolingWindow,
    axis: Int,
    _ name: String?,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> Value {
    var value = value
    let used = window.count * window.kernel
    var shape = conversion.graph.type(of: value).shape
    if used < window.extent {
      let layout = Layout.slice(axis: axis, start: 0, count: used)
      value = try conversion.append(.layout(layout), [value], name: nil)
    }
    shape[axis] = window.count
    var split = shape
    split.insert(window.kernel, at: axis + 1)
    value = try conversion.append(.layout(.reshape(split)), [value], name: nil)
    value = try conversion.append(.mean(axis: axis + 1), [value], name: name)
    return try conversion.append(.layout(.reshape(shape)), [value], name: nil)
  }

  /// The sum of every window along `axis`, zero outside the image.
  private static func sum(
    _ value: Value,
    _ window: PoolingWindow,
    axis: Int,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> Value {
    let end = window.position(window.count - 1, window.kernel - 1)
    let after = max(0, end + 1 - window.extent)
    var parts: [ONNXOperand] = []
    for (count, isData) in [(window.before, false), (0, true), (after, false)] {
      if isData { parts.append(.computed(value)) }
      guard count > 0 else { continue }
      let filler = try conversion.filler(0, like: .computed(value), axis: axis, count, call)
      parts.append(.constant(filler))
    }
    let padded = try conversion.concat(parts, axis: axis, in: call, name: nil)
    var result: Value?
    for tap in 0..<window.kernel {
      let indices = (0..<window.count).map { window.position($0, tap) + window.before }
      let part = try conversion.gather(padded, indices, axis: axis, in: call)
      let next = try conversion.real(part, in: call)
      result =
        try result.map { before throws(ONNXFault) in
          try conversion.append(.add, [before, next], name: nil)
        } ?? next
    }
    return result ?? value
  }

  private static func outside(_ call: ONNXCall) -> ONNXFault {
    call.node.unsupported(
      "a window without an element of the image",
      advice: "export the model with less padding"
    )
  }
}
