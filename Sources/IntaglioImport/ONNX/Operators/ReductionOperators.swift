import IntaglioGraph

/// Reductions over some axes, and pooling of whole images.
///
/// ReduceMax along the last axis is a step towards exp(x − max x) until something else reads it.
enum ReductionOperators {
  enum Kind: CaseIterable {
    case sum, mean, largest, smallest, product
    /// The sum of magnitudes, the root of the sum of squares, and that sum itself.
    case l1, l2, squares
    case logSum, logSumExp
  }

  static let table: [String: ONNXOperators.Conversion] = [
    "GlobalAveragePool": globalPool { (value, axis, name, conversion) throws(ONNXFault) in
      try conversion.append(.mean(axis: axis), [value], name: name)
    },
    "GlobalMaxPool": globalPool { (value, axis, name, conversion) throws(ONNXFault) in
      try conversion.extremum(of: value, axis: axis, isLargest: true, name: name)
    },
    "ReduceL1": reduction(.l1), "ReduceL2": reduction(.l2), "ReduceLogSum": reduction(.logSum),
    "ReduceLogSumExp": reduction(.logSumExp), "ReduceMax": reduction(.largest),
    "ReduceMean": reduction(.mean), "ReduceMin": reduction(.smallest),
    "ReduceProd": reduction(.product), "ReduceSum": reduction(.sum),
    "ReduceSumSquare": reduction(.squares),
  ]

  private static func reduction(_ kind: Kind) -> ONNXOperators.Conversion {
    { (call, conversion) throws(ONNXFault) in
      let operand = try call.operand(0)
      let shape = conversion.shape(of: operand)
      guard let axes = try axes(call, rank: shape.count) else {
        guard [.sum, .mean, .largest, .smallest, .product].contains(kind) else {
          throw call.node.unsupported("a reduction over no axes", advice: "name the axes")
        }
        return [operand]
      }
      let kept = shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
      let keeps = try call.node.int("keepdims") ?? 1 != 0
      if case .constant(let constant) = operand {
        let result = try KnownReduction(kind, axes).apply(to: constant, call)
        return [.constant(keeps ? result : result.reshaped(kept))]
      }
      if kind == .largest, case .computed(let value) = operand, conversion.isReal(operand), keeps,
        axes == [shape.count - 1]
      {
        return [.relative(RelativeStep(kind: .largest, value: value))]
      }
      let value = try reduced(
        kind,
        try conversion.real(operand, in: call),
        axes,
        call,
        &conversion
      )
      if keeps { return [.computed(value)] }
      return [try conversion.layout(.reshape(kept), of: .computed(value), name: nil)]
    }
  }

  /// `value` reduced axis by axis; the mean over several axes is the mean of means.
  private static func reduced(
    _ kind: Kind,
    _ value: Value,
    _ axes: [Int],
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> Value {
    let name = call.node.name
    switch kind {
    case .sum: return try along(axes, value, name, &conversion) { .sum(axis: $0) }
    case .mean: return try along(axes, value, name, &conversion) { .mean(axis: $0) }
    case .largest, .smallest:
      var result = value
      for axis in axes {
        result = try conversion.extremum(
          of: result,
          axis: axis,
          isLargest: kind == .largest,
          name: axis == axes.last ? name : nil
        )
      }
      return result
    case .l1:
      let magnitudes = try conversion.append(.function(.absolute), [value], name: nil)
      return try along(axes, magnitudes, name, &conversion) { .sum(axis: $0) }
    case .squares, .l2:
      let squares = try conversion.append(.multiply, [value, value], name: nil)
      let isRoot = kind == .l2
      let sum = try along(axes, squares, isRoot ? nil : name, &conversion) { .sum(axis: $0) }
      return isRoot ? try conversion.append(.function(.squareRoot), [sum], name: name) : sum
    case .logSum:
      let sum = try along(axes, value, nil, &conversion) { .sum(axis: $0) }
      return try conversion.append(.function(.log), [sum], name: name)
    case .logSumExp:
      let largest = try reduced(.largest, value, axes, call, &conversion)
      let below = try conversion.append(.subtract, [value, largest], name: nil)
      let powers = try conversion.append(.function(.exp), [below], name: nil)
      let sum = try along(axes, powers, nil, &conversion) { .sum(axis: $0) }
      let log = try conversion.append(.function(.log), [sum], name: nil)
      return try conversion.append(.add, [log, largest], name: nil)
    case .product:
      throw call.node.unsupported(
        "a product of elements that depend on the model's input",
        advice: "it is known for sizes and constants only"
      )
    }
  }

  private static func along(
    _ axes: [Int],
    _ value: Value,
    _ name: String?,
    _ conversion: inout ONNXConversion,
    _ operation: (Int) -> IntaglioGraph.Operation
  ) throws(ONNXFault) -> Value {
    var value = value
    for axis in axes {
      value = try conversion.append(operation(axis), [value], name: axis == axes.last ? name : nil)
    }
    return value
  }

  /// The axes to reduce, ascending: an attribute in older opsets, an input in newer ones, all of
  /// them by default; `nil` when nothing is to be done.
  private static func axes(_ call: ONNXCall, rank: Int) throws(ONNXFault) -> [Int]? {
    let given = try call.integers("axes", orInput: 1) ?? []
    if given.isEmpty {
      return try call.node.int("noop_with_empty_axes") ?? 0 != 0 ? nil : Array(0..<rank)
    }
    return try call.axes(given, rank: rank).sorted()
  }

  /// Over every axis after the first two.
  private static func globalPool(
    _ reduce:
      @escaping @Sendable (Value, Int, String?, inout ONNXConversion) throws(ONNXFault)
      -> Value
  ) -> ONNXOperators.Conversion {
    { (call, conversion) throws(ONNXFault) in
      let operand = try call.operand(0)
      let rank = conversion.shape(of: operand).count
      guard rank > 2 else {
        throw call.node.malformed(expected: "[batch, channels, …]", found: "\(rank) axes")
      }
      var value = try conversion.real(operand, in: call)
      for axis in 2..<rank {
        let name = axis == rank - 1 ? call.node.name : nil
        value = try reduce(value, axis, name, &conversion)
      }
      return [.computed(value)]
    }
  }
}
