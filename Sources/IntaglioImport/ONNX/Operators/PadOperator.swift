import IntaglioGraph

/// Pad: a constant, the edge, its reflection or the other end of each axis; negative padding crops.
enum PadOperator {
  static let table: [String: ONNXOperators.Conversion] = ["Pad": pad]

  private static func pad(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    var operand = try call.operand(0)
    let rank = conversion.shape(of: operand).count
    guard let pads = try call.integers("pads", orInput: 1) else {
      throw call.node.malformed(expected: "pads", found: "none")
    }
    let axes = try call.axes(try call.integers(3, "list of axes") ?? Array(0..<rank), rank: rank)
    guard pads.count == 2 * axes.count, pads.allSatisfy({ abs($0.clampedTo32) < Int(Int32.max) })
    else {
      throw call.node.malformed(
        expected: "two pads for each of \(axes.count) axes",
        found: "\(pads)"
      )
    }
    let mode = try call.node.string("mode") ?? "constant"
    for (index, axis) in axes.enumerated() {
      let (before, after) = (pads[index], pads[axes.count + index])
      let extent = conversion.shape(of: operand)[axis]
      let (first, last) = (max(0, -before), extent - max(0, -after))
      guard first <= last else {
        throw call.node.malformed(expected: "a part of extent \(extent)", found: "pads \(pads)")
      }
      let part = Layout.slice(axis: axis, start: first, count: last - first)
      operand = try conversion.layout(part, of: operand, name: call.node.name)
      let around = (before: max(0, before), after: max(0, after))
      if around == (0, 0) { continue }
      operand =
        mode == "constant"
        ? try filled(operand, axis: axis, around, call, &conversion)
        : try continued(operand, axis: axis, around, mode, call, &conversion)
    }
    return [operand]
  }

  private static func filled(
    _ operand: ONNXOperand,
    axis: Int,
    _ around: (before: Int, after: Int),
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    var value = try call.node.float("value").map(Double.init) ?? 0
    if let given = try call.scalar(2, "value") { value = given }
    var parts: [ONNXOperand] = []
    for (count, isData) in [(around.before, false), (0, true), (around.after, false)] {
      if isData { parts.append(operand) }
      guard count > 0 else { continue }
      let filler = try conversion.filler(value, like: operand, axis: axis, count, call)
      parts.append(.constant(filler))
    }
    return try conversion.concat(parts, axis: axis, in: call, name: call.node.name)
  }

  private static func continued(
    _ operand: ONNXOperand,
    axis: Int,
    _ around: (before: Int, after: Int),
    _ mode: String,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let extent = conversion.shape(of: operand)[axis]
    let total = around.before + extent + around.after
    let reach = mode == "reflect" ? extent - 1 : mode == "wrap" ? extent : Int.max
    guard ["edge", "reflect", "wrap"].contains(mode), extent > 0, call.isFoldable([total]),
      max(around.before, around.after) <= reach
    else {
      throw call.node.unsupported(
        "padding \(mode) by \(around.before) and \(around.after) of extent \(extent)",
        advice: "pad by a constant, or by less"
      )
    }
    let indices = (-around.before..<extent + around.after).map { index in
      switch mode {
      case "edge": min(max(index, 0), extent - 1)
      case "wrap": (index + extent) % extent
      default: index < 0 ? -index : index < extent ? index : 2 * (extent - 1) - index
      }
    }
    return try conversion.gather(operand, indices, axis: axis, in: call, name: call.node.name)
  }
}

extension ONNXConversion {
  /// A tensor of one value with the type and dimensions of `operand`, `count` along `axis`.
  func filler(
    _ value: Double,
    like operand: ONNXOperand,
    axis: Int,
    _ count: Int,
    _ call: ONNXCall
  ) throws(ONNXFault) -> ONNXConstant {
    var shape = shape(of: operand)
    shape[axis] = count
    guard call.isFoldable(shape) else {
      throw call.node.unsupported("padding of \(shape)", advice: "pad by less")
    }
    var type = ONNXElementType.float
    switch operand {
    case .constant(let constant): type = constant.type
    case .computed(let computed):
      let codes = graph.type(of: computed).integer
      if let codes {
        guard let own = ONNXElementType(codes: codes) else {
          throw call.node.unsupported("padding of \(codes)", advice: "pad before quantizing")
        }
        type = own
      }
    case .relative, .dynamic: break
    }
    let one = try ConstantCast(call.node).constant([value], type, [])
    return one.gathered(repeatElement(0, count: shape.reduce(1, *)), shape: shape)
  }
}

extension Int {
  /// Within 33 bits, so that its magnitude exists.
  fileprivate var clampedTo32: Int { Swift.min(Swift.max(self, -(1 << 32)), 1 << 32) }
}
