import IntaglioGraph

/// Which rows of attention's scores the masks of −∞ leave nothing of.
///
/// Softmax has no meaning there (0/0); the standard says that such a row of the result is zero. So a row that
/// is masked as a whole is not masked at all, and its result is multiplied by zero:
///
///     softmax(scores + −∞)·v   →   0 · (softmax(scores + 0)·v)
///
/// Inputs are finite, so −∞ comes from constants, and where it stands is known beforehand.
struct MaskedRows {
  /// What is added to the scores instead of the masks.
  let masks: [ONNXOperand]
  /// 0 for every row that is masked as a whole, 1 for the others, `[…, rows, 1]`; `nil` where there are none.
  let factor: ONNXConstant?

  /// - Throws: `unsupported` where a mask that is computed masks whole rows, or may.
  init(
    _ masks: [ONNXOperand],
    _ call: ONNXCall,
    _ conversion: ONNXConversion
  ) throws(ONNXFault) {
    let arithmetic = ConstantArithmetic(call)
    var masked: ONNXConstant?
    var (known, computed, isInfinite) = ([ONNXConstant](), [ONNXOperand](), false)
    for mask in masks {
      let own: ONNXConstant?
      switch mask {
      case .constant(let constant):
        known.append(try ConstantCast(call.node).cast(constant, to: .float))
        own = constant.infinities
      case .computed(let value):
        computed.append(mask)
        own = try Infinities(call).places(in: value, of: conversion.graph)
        isInfinite = isInfinite || own != nil
      case .relative, .dynamic:
        (own, computed) = (nil, computed + [mask])
      }
      masked = try arithmetic.anywhere(masked, own)
    }
    guard let masked, let factor = masked.unmaskedRows else {
      (self.masks, self.factor) = (masks, nil)
      return
    }
    guard !isInfinite else {
      throw call.node.unsupported(
        "a mask that is computed and masks all keys of a query",
        advice: "make the mask a constant"
      )
    }
    var sum = known[0]
    for mask in known.dropFirst() { sum = try arithmetic.apply(.add, sum, mask) }
    let zero = ONNXConstant(.float, [], .floats([0]))
    sum = try arithmetic.select(try ConstantCast(call.node).cast(factor, to: .bool), sum, zero)
    (self.masks, self.factor) = ([.constant(sum)] + computed, factor)
  }
}

/// Where a value that is computed is −∞ whatever the input.
private struct Infinities {
  private let call: ONNXCall

  init(_ call: ONNXCall) { self.call = call }

  /// 1 for each element of `value` that is −∞, 0 for the others; `nil` where no constant behind it is.
  ///
  /// - Throws: `unsupported` for −∞ behind other operations than sums, layouts and softmax.
  func places(in value: Value, of graph: Graph) throws(ONNXFault) -> ONNXConstant? {
    var places: [Value: ONNXConstant] = [:]
    for value in ancestors(of: value, in: graph) {
      let node = graph[value]
      if case .constant(let tensor) = node.operation {
        places[value] = tensor.infinities
        continue
      }
      let operands = node.operands.map { places[$0] }
      guard operands.contains(where: { $0 != nil }) else { continue }
      switch node.operation {
      case .add:
        var all: ONNXConstant? = ONNXConstant(graph.type(of: value).shape, filledWith: 0)
        for own in operands { all = try ConstantArithmetic(call).anywhere(all, own) }
        places[value] = all
      case .layout(let layout):
        guard let own = operands[0] else { continue }
        let after = layout.shape(from: own.shape)
        guard call.isFoldable(after) else { throw fault }
        let sources = layout.sources(from: own.shape).lazy.map { Int($0) }
        places[value] = own.gathered(sources, shape: after)
      case .softmax, .rowExponential:
        // What is masked is zero behind it.
        continue
      default:
        throw fault
      }
    }
    return places[value]
  }

  private var fault: ONNXFault {
    call.node.unsupported(
      "a mask that is computed from −∞ by other operations than sums",
      advice: "make the mask a constant"
    )
  }

  /// `value` and all that it is computed from, operands first.
  private func ancestors(of value: Value, in graph: Graph) -> [Value] {
    var (seen, pending): (Set<Value>, [Value]) = ([value], [value])
    while let next = pending.popLast() {
      pending += graph[next].operands.filter { seen.insert($0).inserted }
    }
    return seen.sorted()
  }
}

extension ConstantArithmetic {
  /// 1 where either is, stretched over both; `nil` where both are.
  fileprivate func anywhere(
    _ a: ONNXConstant?,
    _ b: ONNXConstant?
  ) throws(ONNXFault) -> ONNXConstant? {
    guard let a, let b else { return a ?? b }
    return try apply(.maximum, a, b)
  }
}

extension ONNXConstant {
  /// A truth value everywhere, as 0 or 1.
  fileprivate init(_ shape: [Int], filledWith value: Int) {
    let values = [Int](repeating: value, count: shape.reduce(1, *))
    self.init(.uint8, shape, .integers(values))
  }

  /// 1 for each element that is −∞, 0 for the others; `nil` where none is.
  fileprivate var infinities: ONNXConstant? {
    guard type.isReal else { return nil }
    let places = doubles.map { $0 == -.infinity ? 1 : 0 }
    return places.contains(1) ? ONNXConstant(.uint8, shape, .integers(places)) : nil
  }

  /// 0 for every row of nothing but ones, 1 for the others, `[…, 1]`; `nil` without such a row.
  fileprivate var unmaskedRows: ONNXConstant? {
    guard let values = integers, let width = shape.last, width > 0 else { return nil }
    let rows = stride(from: 0, to: values.count, by: width).map { start in
      values[start..<start + width].contains(0) ? Float(1) : 0
    }
    guard rows.contains(0) else { return nil }
    return ONNXConstant(.float, shape.dropLast() + [1], .floats(rows))
  }
}

extension Tensor {
  /// 1 for each element that is −∞, 0 for the others; `nil` where none is.
  fileprivate var infinities: ONNXConstant? {
    let places: [Bool]
    switch elements {
    case .float32(let values): places = values.map { $0 == -.infinity }
    case .float64(let values): places = values.map { $0 == -.infinity }
    case .int8, .uint8, .int32: return nil
    }
    guard places.contains(true) else { return nil }
    return ONNXConstant(.uint8, type.shape, .integers(places.map { $0 ? 1 : 0 }))
  }
}
