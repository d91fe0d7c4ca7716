import IntaglioGraph

/// Operators that make known tensors: Constant, ConstantOfShape, Range, Shape, Size.
enum ConstantOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "Constant": constant, "ConstantOfShape": constantOfShape, "Range": range, "Shape": shape,
    "Size": size,
  ]

  static func constant(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let node = call.node
    if let tensor = try node.tensor("value") {
      return [.constant(try conversion.constant(tensor, of: node))]
    }
    if let number = try node.float("value_float") {
      return [.constant(ONNXConstant(.float, [], .floats([number])))]
    }
    if let numbers = try node.floats("value_floats") {
      return [.constant(ONNXConstant(.float, [numbers.count], .floats(numbers)))]
    }
    if let number = try node.int("value_int") {
      return [.constant(ONNXConstant(.int64, [], .integers([number])))]
    }
    if let numbers = try node.ints("value_ints") { return [.constant(ONNXConstant(numbers))] }
    throw node.unsupported(
      "a constant of text or of a sparse tensor",
      advice: "use a dense numeric tensor"
    )
  }

  /// A tensor filled with one number, float zero by default.
  static func constantOfShape(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    _ = try call.operand(0)
    guard let shape = try call.integers(0, "shape") else { return [] }
    guard call.isFoldable(shape) else {
      throw call.node.malformed(expected: "small dimensions ≥ 0", found: "\(shape)")
    }
    var filler = ONNXConstant(.float, [], .floats([0]))
    if let tensor = try call.node.tensor("value") {
      filler = try conversion.constant(tensor, of: call.node)
    }
    guard filler.count == 1 else {
      throw call.node.malformed(expected: "a value of one element", found: "\(filler.count)")
    }
    let sources = repeatElement(0, count: shape.reduce(1, *))
    return [.constant(filler.gathered(sources, shape: shape))]
  }

  /// The dimensions of the operand, since opset 15 those from `start` to before `end`.
  static func shape(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let shape = conversion.shape(of: try call.operand(0))
    let range = SteppedRange(
      start: try call.node.int("start") ?? 0,
      end: try call.node.int("end") ?? shape.count,
      step: 1,
      extent: shape.count
    )
    return [.constant(ONNXConstant(range.indices.map { shape[$0] }))]
  }

  static func size(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let count = conversion.shape(of: try call.operand(0)).reduce(1, *)
    return [.constant(ONNXConstant(.int64, [], .integers([count])))]
  }

  /// The numbers from `start` to before `limit` by `delta`.
  static func range(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    guard let start = try call.constant(0, "start"), let limit = try call.constant(1, "limit"),
      let delta = try call.constant(2, "step"), start.count == 1, limit.count == 1,
      delta.count == 1, start.type == limit.type, start.type == delta.type
    else {
      throw call.node.malformed(expected: "start, limit and step of one type", found: "others")
    }
    let (first, last, step) = (start.doubles[0], limit.doubles[0], delta.doubles[0])
    let count = max(((last - first) / step).rounded(.up), 0)
    guard step != 0, count <= Double(call.limit) else {
      throw call.node.malformed(
        expected: "a finite range of at most \(call.limit) numbers",
        found: "\(first) to \(last) by \(step)"
      )
    }
    let values = (0..<Int(count)).map { first + Double($0) * step }
    let result = try ConstantCast(call.node).constant(values, start.type, [values.count])
    return [.constant(result)]
  }
}
