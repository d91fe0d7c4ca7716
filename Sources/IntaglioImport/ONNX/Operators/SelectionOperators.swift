import IntaglioGraph
import IntaglioNumerics

/// Operators that pick parts: Slice, Split, Gather.
enum SelectionOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "Gather": gather, "Slice": slice, "Split": split,
  ]

  /// Starts, ends, axes and steps are attributes before opset 10 and inputs after.
  static func slice(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    var operand = try call.operand(0)
    let rank = conversion.shape(of: operand).count
    let node = call.node
    let starts = try call.integers("starts", orInput: 1)
    let ends = try call.integers("ends", orInput: 2)
    guard let starts, let ends, starts.count == ends.count else {
      throw node.malformed(expected: "as many starts as ends", found: "others")
    }
    let asked = try call.integers("axes", orInput: 3)
    let axes = try call.axes(asked ?? Array(starts.indices), rank: rank)
    let steps = try call.integers(4, "list of steps") ?? axes.map { _ in 1 }
    guard axes.count == starts.count, steps.count == starts.count, !steps.contains(0) else {
      throw node.malformed(
        expected: "an axis and a step other than 0 for every start",
        found: "axes \(axes), steps \(steps)"
      )
    }
    for (index, axis) in axes.enumerated() {
      let range = SteppedRange(
        start: starts[index],
        end: ends[index],
        step: steps[index],
        extent: conversion.shape(of: operand)[axis]
      )
      operand = try part(operand, axis: axis, range, call, &conversion)
    }
    return [operand]
  }

  private static func part(
    _ operand: ONNXOperand,
    axis: Int,
    _ range: SteppedRange,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    if range.step == 1 {
      let layout = Layout.slice(axis: axis, start: range.start, count: range.count)
      return try conversion.layout(layout, of: operand, name: call.node.name)
    }
    let name = call.node.name
    return try conversion.gather(operand, range.indices, axis: axis, in: call, name: name)
  }

  /// Into parts whose dimensions are an attribute before opset 13, an input after, equal by default;
  /// `num_outputs` (opset 18) rounds up and leaves the last part smaller.
  static func split(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let node = call.node
    let operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    let axis = try call.axis(try node.int("axis") ?? 0, rank: shape.count)
    let parts = try node.int("num_outputs") ?? node.outputs.count
    let given = try call.integers("split", orInput: 1)
    guard parts > 0, parts == node.outputs.count else {
      throw node.malformed(expected: "\(node.outputs.count) parts", found: "\(parts)")
    }
    let width = (shape[axis] + parts - 1) / parts
    let extents =
      given ?? (0..<parts).map { min(width, max(0, shape[axis] - $0 * width)) }
    guard extents.count == node.outputs.count,
      extents.allSatisfy({ (0...shape[axis]).contains($0) }),
      extents.reduce(0, +) == shape[axis],
      given != nil || parts * width == shape[axis]
        || node.has("num_outputs")
    else {
      throw node.malformed(
        expected: "\(node.outputs.count) parts of extent \(shape[axis])",
        found: "\(extents)"
      )
    }
    var result: [ONNXOperand] = []
    var start = 0
    for (index, extent) in extents.enumerated() {
      let layout = Layout.slice(axis: axis, start: start, count: extent)
      let name = index == 0 ? node.name : node.outputs[index]
      result.append(try conversion.layout(layout, of: operand, name: name))
      start += extent
    }
    return result
  }

  /// Along `axis` at known indices: one index drops the axis, several become its new dimensions.
  static func gather(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    let axis = try call.axis(try call.node.int("axis") ?? 0, rank: shape.count)
    if let codes = try lookup(call, axis, &conversion) { return [codes] }
    _ = try call.operand(1)
    guard let asked = try call.integers(1, "list of indices") else { return [] }
    var indices: [Int] = []
    for index in asked {
      guard index >= -shape[axis], index < shape[axis] else {
        throw call.node.malformed(expected: "indices below \(shape[axis])", found: "\(index)")
      }
      indices.append(index < 0 ? index + shape[axis] : index)
    }
    let extents = conversion.shape(of: try call.operand(1))
    let target = Array(shape[..<axis]) + extents + shape[(axis + 1)...]
    let name = call.node.name
    let picked = try conversion.gather(operand, indices, axis: axis, in: call)
    return [try conversion.layout(.reshape(target), of: picked, name: name)]
  }

  /// A table of integers at codes that depend on the model's input; `nil` for anything else.
  ///
  /// Negative codes count from the table's end, so the table has an entry for every code.
  private static func lookup(
    _ call: ONNXCall,
    _ axis: Int,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand? {
    guard case .computed(let value) = try call.operand(1),
      case .constant(let table) = try call.operand(0), let type = table.type.codeType,
      type.bits <= 8, var entries = table.integers,
      let index = conversion.graph.type(of: value).integer
    else { return nil }
    // What was looked up itself needs no more entries than it has codes.
    if case .integer(.lookup(let codes)) = conversion.graph[value].operation,
      table.shape.count == 1, let last = entries.last, let least = codes.entries.min(),
      let most = codes.entries.max(), least >= 0, most < entries.count, index.bits <= 16
    {
      entries += Array(repeating: last, count: max(0, index.range.count - entries.count))
    }
    guard (2...16).contains(index.bits), table.shape.count == 1,
      entries.count == index.range.count
    else {
      throw call.node.malformed(
        expected: "a table of one entry for each of the \(index.range.count) codes of \(index)",
        found: "\(table.shape)"
      )
    }
    let middle = index.range.upperBound + 1
    let lookup = LookupFunction(
      type,
      index: index,
      entries: Array(entries[middle...] + entries[..<middle])
    )
    let name = call.node.name
    return .computed(try conversion.append(.integer(.lookup(lookup)), [value], name: name))
  }
}

/// The indices from `start` to before `end` by `step`, as ONNX and Python clamp them to an axis.
struct SteppedRange {
  let start: Int
  let step: Int
  let count: Int

  /// - Precondition: `step` is not zero.
  init(start: Int, end: Int, step: Int, extent: Int) {
    func clamped(_ index: Int) -> Int {
      let positive = index < 0 ? index + extent : index
      return step > 0 ? min(max(positive, 0), extent) : min(max(positive, -1), extent - 1)
    }
    let (first, last) = (clamped(start), clamped(end))
    let distance = step > 0 ? last - first : first - last
    self.start = first
    self.step = step
    let stride = step.magnitude
    count = distance <= 0 ? 0 : Int((UInt(distance) + stride - 1) / stride)
  }

  var indices: [Int] { (0..<count).map { start + $0 * step } }
}

extension ONNXConstant {
  /// The elements at `indices` along `axis`.
  /// - Precondition: the indices are those of `axis`.
  func picked(_ indices: [Int], axis: Int) -> ONNXConstant {
    let (rows, extent) = (shape[..<axis].reduce(1, *), shape[axis])
    let inner = shape[(axis + 1)...].reduce(1, *)
    var sources: [Int] = []
    sources.reserveCapacity(rows * indices.count * inner)
    for row in 0..<rows {
      for index in indices {
        let base = (row * extent + index) * inner
        sources.append(contentsOf: base..<base + inner)
      }
    }
    return gathered(sources, shape: Array(shape[..<axis]) + [indices.count] + shape[(axis + 1)...])
  }
}
