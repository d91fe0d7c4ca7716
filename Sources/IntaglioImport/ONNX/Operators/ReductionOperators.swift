import IntaglioGraph

/// ReduceMean, ReduceSum, GlobalAveragePool; ReduceMax, ReduceMin and ReduceProd of known integers, and
/// ReduceMax in exp(x − max x).
enum ReductionOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "GlobalAveragePool": globalAveragePool,
    "ReduceMax": maximum,
    "ReduceMean": reduction(sum: false),
    "ReduceMin": known { $0.min() ?? 0 },
    "ReduceProd": known { $0.reduce(1, &*) },
    "ReduceSum": reduction(sum: true),
  ]

  /// One sum or mean per axis; the mean over several axes is the mean of means.
  private static func reduction(sum: Bool) -> ONNXOperators.Conversion {
    { (call, conversion) throws(ONNXFault) in
      let operand = try call.operand(0)
      if sum, case .constant(let constant) = operand, constant.integers != nil {
        return try known { $0.reduce(0, &+) }(call, &conversion)
      }
      let shape = conversion.shape(of: operand)
      guard let axes = try axes(call, rank: shape.count) else { return [operand] }
      var value = try conversion.real(operand, in: call)
      for axis in axes {
        let operation = sum ? Operation.sum(axis: axis) : .mean(axis: axis)
        value = try conversion.append(
          operation,
          [value],
          name: axis == axes.last ? call.node.name : nil
        )
      }
      if try call.node.int("keepdims") ?? 1 != 0 { return [.computed(value)] }
      let kept = shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
      return [try conversion.layout(.reshape(kept), of: .computed(value), name: nil)]
    }
  }

  /// Along the last axis, which stays, a step towards exp(x − max x).
  private static func maximum(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let rank = conversion.shape(of: operand).count
    if case .computed(let value) = operand, conversion.isReal(operand), rank > 0,
      try axes(call, rank: rank) == [rank - 1], try call.node.int("keepdims") ?? 1 != 0
    {
      return [.relative(RelativeStep(kind: .largest, value: value))]
    }
    return try known { $0.max() ?? 0 }(call, &conversion)
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

  /// The mean over every axis after the first two.
  private static func globalAveragePool(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let rank = conversion.shape(of: operand).count
    guard rank > 2 else {
      throw call.node.malformed(expected: "[batch, channels, …]", found: "\(rank) axes")
    }
    var value = try conversion.real(operand, in: call)
    for axis in 2..<rank {
      let name = axis == rank - 1 ? call.node.name : nil
      value = try conversion.append(.mean(axis: axis), [value], name: name)
    }
    return [.computed(value)]
  }

  /// The reduction to one number of integers that are known, as in shape arithmetic.
  private static func known(
    _ reduce: @escaping @Sendable ([Int]) -> Int
  ) -> ONNXOperators.Conversion {
    { (call, _) throws(ONNXFault) in
      _ = try call.operand(0)
      guard
        let constant = try call.constant(
          0,
          "operand of \(call.node.type)",
          advice: "it is known for sizes and constants only"
        ), let integers = constant.integers,
        let axes = try axes(call, rank: constant.shape.count),
        axes.count == constant.shape.count
      else {
        throw call.node.unsupported(
          "\(call.node.type) of anything but all of a known list of integers",
          advice: "replace it"
        )
      }
      let keeps = try call.node.int("keepdims") ?? 1 != 0
      let shape = keeps ? constant.shape.map { _ in 1 } : []
      let result = constant.type.wrapped(reduce(integers))
      return [.constant(ONNXConstant(constant.type, shape, .integers([result])))]
    }
  }
}
