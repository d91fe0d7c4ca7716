import IntaglioGraph

/// What a name in an ONNX graph stands for while the graph is converted.
enum ONNXOperand {
  /// Known already: nothing in it depends on the model's input.
  case constant(ONNXConstant)
  /// A value of the graph under construction.
  case computed(Value)
  /// A step towards exp(x − max x), which is one operation of the graph.
  case relative(RelativeStep)
  /// Codes or scale of what is quantized anew for each input.
  case dynamic(DynamicStep)
}

/// What becomes of a value x on the way to exp(x − max x) along the last axis.
///
/// Nothing else asks for these, so the graph has no operation for them.
struct RelativeStep {
  enum Kind { case largest, difference }

  let kind: Kind
  let value: Value

  /// The dimensions for an x of `shape`.
  func shape(of shape: [Int]) -> [Int] {
    switch kind {
    case .largest: shape.dropLast() + [1]
    case .difference: shape
    }
  }
}

/// A node together with what its inputs stand for.
struct ONNXCall {
  let node: ONNXNode
  /// `nil` for an optional input that is left out.
  let operands: [ONNXOperand?]
  /// The most elements that a result known at once may have.
  let limit: Int

  /// Whether a tensor of `shape` is small enough to be computed while a file is read.
  func isFoldable(_ shape: [Int]) -> Bool {
    ONNXConversion.isSmall(shape) && shape.reduce(1, *) <= limit
  }

  func optional(_ index: Int) -> ONNXOperand? {
    operands.indices.contains(index) ? operands[index] : nil
  }

  /// Input `index`, which the operator cannot do without.
  func operand(_ index: Int) throws(ONNXFault) -> ONNXOperand {
    if let operand = optional(index) { return operand }
    throw node.malformed(
      expected: "an input number \(index + 1)",
      found: "\(operands.count { $0 != nil }) inputs"
    )
  }

  /// Input `index` where it is known, `nil` where it is left out; messages call it `what`.
  ///
  /// - Throws: `unsupported` when it depends on the model's input.
  func constant(
    _ index: Int,
    _ what: String,
    advice: String = "export the model with fixed sizes"
  ) throws(ONNXFault) -> ONNXConstant? {
    switch optional(index) {
    case nil: return nil
    case .constant(let constant): return constant
    case .computed, .relative, .dynamic:
      throw node.unsupported(
        "\("aeiou".contains(what.prefix(1)) ? "an" : "a") \(what) that depends on the model's input",
        advice: advice
      )
    }
  }

  /// The integers of input `index`, `nil` where it is left out.
  func integers(_ index: Int, _ what: String) throws(ONNXFault) -> [Int]? {
    guard let constant = try constant(index, what) else { return nil }
    guard let integers = constant.integers else {
      throw node.malformed(expected: "\(what) as integers", found: constant.type.name)
    }
    return integers
  }

  /// Integers that older operator sets keep in `attribute` and newer ones in input `index`.
  func integers(_ attribute: String, orInput index: Int) throws(ONNXFault) -> [Int]? {
    if let values = try node.ints(attribute) { return values }
    return try integers(index, attribute)
  }

  /// The one number that input `index` holds, `nil` where it is left out.
  func scalar(_ index: Int, _ what: String) throws(ONNXFault) -> Double? {
    guard let constant = try constant(index, what, advice: "use a constant") else { return nil }
    guard let value = constant.uniform else {
      throw node.unsupported(
        "a \(what) that differs from element to element",
        advice: "use one number"
      )
    }
    return value
  }

  /// `axis`, counted from the end when negative.
  func axis(_ axis: Int, rank: Int) throws(ONNXFault) -> Int {
    guard axis >= -rank, axis < rank else {
      throw node.malformed(expected: "an axis of \(rank)", found: "axis \(axis)")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// `axes`, counted from the end when negative, each once.
  func axes(_ axes: [Int], rank: Int) throws(ONNXFault) -> [Int] {
    var result: [Int] = []
    for each in axes { result.append(try axis(each, rank: rank)) }
    guard Set(result).count == result.count else {
      throw node.malformed(expected: "every axis once", found: "\(axes)")
    }
    return result
  }
}
