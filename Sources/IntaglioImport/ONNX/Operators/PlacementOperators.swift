import IntaglioGraph

/// Operators that read and write elements at known places: GatherElements, GatherND, ScatterElements,
/// ScatterND.
enum PlacementOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "GatherElements": gatherElements, "GatherND": gatherMany, "Scatter": scatterElements,
    "ScatterElements": scatterElements, "ScatterND": scatterMany,
  ]

  /// Known indices and their dimensions; input `position`.
  private static func indices(
    _ call: ONNXCall,
    _ position: Int
  ) throws(ONNXFault) -> (values: [Int], shape: [Int]) {
    _ = try call.operand(position)
    guard let constant = try call.constant(position, "list of indices"),
      let values = constant.integers
    else { throw call.node.malformed(expected: "indices as integers", found: "others") }
    return (values, constant.shape)
  }

  /// `index`, counted from the end when negative.
  private static func place(_ index: Int, _ extent: Int, _ call: ONNXCall) throws(ONNXFault) -> Int
  {
    guard index >= -extent, index < extent else {
      throw call.node.malformed(expected: "indices below \(extent)", found: "\(index)")
    }
    return index < 0 ? index + extent : index
  }

  /// For each element of `indices`, the place in a tensor of `shape` that differs from its own along `axis`
  /// alone.
  private static func places(
    _ indices: (values: [Int], shape: [Int]),
    _ shape: [Int],
    axis: Int,
    _ call: ONNXCall
  ) throws(ONNXFault) -> [Int] {
    guard indices.shape.count == shape.count,
      zip(indices.shape, shape).enumerated().allSatisfy({ $0 == axis || $1.0 <= $1.1 })
    else {
      throw call.node.malformed(
        expected: "indices of dimensions within \(shape)",
        found: "\(indices.shape)"
      )
    }
    let (own, strides) = (Shape.strides(indices.shape), Shape.strides(shape))
    var result: [Int] = []
    for (position, index) in indices.values.enumerated() {
      var sum = try place(index, shape[axis], call) * strides[axis]
      for other in shape.indices where other != axis {
        sum += position / own[other] % indices.shape[other] * strides[other]
      }
      result.append(sum)
    }
    return result
  }

  /// The element of each index along an axis, everything else as it stands.
  private static func gatherElements(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    let axis = try call.axis(try call.node.int("axis") ?? 0, rank: shape.count)
    let indices = try indices(call, 1)
    let places = try places(indices, shape, axis: axis, call)
    return [try picked([operand], places, indices.shape, call, &conversion)]
  }

  /// Parts of a tensor at indices of its first axes, which stand along the last axis of the indices; the first
  /// `batch_dims` axes are shared.
  private static func gatherMany(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    let indices = try indices(call, 1)
    let batch = try call.node.int("batch_dims") ?? 0
    guard let depth = indices.shape.last, (0...shape.count).contains(batch), depth > 0,
      batch < indices.shape.count, depth <= shape.count - batch,
      shape.prefix(batch) == indices.shape.prefix(batch)
    else {
      throw call.node.malformed(expected: "indices for \(shape)", found: "\(indices.shape)")
    }
    let block = shape[..<(batch + depth)].reduce(1, *)
    let whole = block / max(1, shape[..<batch].reduce(1, *))
    let rows = indices.shape.dropLast().dropFirst(batch).reduce(1, *)
    let strides = Shape.strides(Array(shape[batch..<batch + depth]))
    var starts: [Int] = []
    for row in 0..<indices.values.count / depth {
      var start = row / max(1, rows) * whole
      for axis in 0..<depth {
        let index = try place(indices.values[row * depth + axis], shape[batch + axis], call)
        start += index * strides[axis]
      }
      starts.append(start)
    }
    let rest = Array(shape[(batch + depth)...])
    let flat = try conversion.layout(.reshape([block] + rest), of: operand, name: nil)
    let parts = try conversion.gather(flat, starts, axis: 0, in: call)
    let target = indices.shape.dropLast() + rest
    return [try conversion.layout(.reshape(target), of: parts, name: call.node.name)]
  }

  /// A tensor with the elements of another at given indices along an axis.
  private static func scatterElements(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let shape = conversion.shape(of: try call.operand(0))
    let axis = try call.axis(try call.node.int("axis") ?? 0, rank: shape.count)
    let indices = try indices(call, 1)
    guard conversion.shape(of: try call.operand(2)) == indices.shape else {
      throw call.node.malformed(expected: "updates of \(indices.shape)", found: "others")
    }
    return try scatter(try places(indices, shape, axis: axis, call), call, &conversion)
  }

  /// A tensor with parts of another at indices of its first axes.
  private static func scatterMany(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let shape = conversion.shape(of: try call.operand(0))
    let indices = try indices(call, 1)
    guard let depth = indices.shape.last, depth > 0, depth <= shape.count,
      conversion.shape(of: try call.operand(2)) == indices.shape.dropLast() + shape[depth...]
    else {
      throw call.node.malformed(expected: "indices and updates for \(shape)", found: "others")
    }
    let (strides, width) = (Shape.strides(shape), shape[depth...].reduce(1, *))
    let count = indices.values.count / depth
    guard call.isFoldable([count, width]) else {
      throw call.node.unsupported("as many updates", advice: "export the model without them")
    }
    var places: [Int] = []
    for row in 0..<count {
      var start = 0
      for axis in 0..<depth {
        let index = try place(indices.values[row * depth + axis], shape[axis], call)
        start += index * strides[axis]
      }
      places += start..<start + width
    }
    return try scatter(places, call, &conversion)
  }

  /// The first operand with the elements of the third at `places`; the last one of several wins, unless they
  /// are reduced.
  private static func scatter(
    _ places: [Int],
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let (data, updates) = (try call.operand(0), try call.operand(2))
    let shape = conversion.shape(of: data)
    let reduction = try call.node.string("reduction") ?? "none"
    guard reduction == "none" else {
      return [.constant(try reduced(places, reduction, call))]
    }
    guard call.isFoldable(shape) else {
      throw call.node.unsupported("as large a tensor", advice: "export the model without it")
    }
    var sources = Array(0..<shape.reduce(1, *))
    for (update, place) in places.enumerated() { sources[place] = sources.count + update }
    return [try picked([data, updates], sources, shape, call, &conversion)]
  }

  /// Elements of `operands`, all of them one after the other, in dimensions of `shape`.
  private static func picked(
    _ operands: [ONNXOperand],
    _ sources: [Int],
    _ shape: [Int],
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    var parts: [ONNXOperand] = []
    for operand in operands {
      let count = conversion.shape(of: operand).reduce(1, *)
      parts.append(try conversion.layout(.reshape([count]), of: operand, name: nil))
    }
    let flat = try conversion.concat(parts, axis: 0, in: call, name: nil)
    let elements = try conversion.gather(flat, sources, axis: 0, in: call)
    return try conversion.layout(.reshape(shape), of: elements, name: call.node.name)
  }

  /// Of constants: `add`, `mul`, `min` or `max` of what stands there and of every update, in turn.
  private static func reduced(
    _ places: [Int],
    _ reduction: String,
    _ call: ONNXCall
  ) throws(ONNXFault) -> ONNXConstant {
    let operations: [String: (Double, Double) -> Double] = [
      "add": { $0 + $1 }, "mul": { $0 * $1 }, "min": { min($0, $1) }, "max": { max($0, $1) },
    ]
    guard let operation = operations[reduction] else {
      throw call.node.malformed(expected: "add, mul, min or max", found: reduction)
    }
    let data = try KnownFunctionOperators.known(call)
    let updates = try KnownFunctionOperators.known(call, 2).doubles
    var values = data.doubles
    for (update, place) in places.enumerated() {
      values[place] = operation(values[place], updates[update])
    }
    return try ConstantCast(call.node).constant(values, data.type, data.shape)
  }
}
