import IntaglioNumerics

extension Graph {
  /// A listing for people: one line for each value that an output depends on, then the outputs.
  ///
  /// ```
  /// %3 blocks.0.attn.qkv = matmul %1 %2 : i32[1, 50, 288]
  /// ```
  /// The number is the value's index, the name the model's own. Constants show their extremes,
  /// scales and zero points that vary show shape and extremes.
  public func text() -> String {
    var lines = live.map(line(of:))
    lines += outputs.map { "output \($0.name) = %\($0.value.index)" }
    // A line stays one, whatever the model calls its nodes.
    return lines.map { $0.replacing("\n", with: "\\n") }.joined(separator: "\n")
  }

  /// The line of `value` in the listing.
  public func line(of value: Value) -> String {
    let node = self[value]
    var words = ["%\(value.index)"]
    if let name = names[value] { words.append(name) }
    words += ["=", node.operation.name]
    words += node.operands.map { "%\($0.index)" }
    words += node.operation.attributes
    words += [":", type(of: value).description]
    if let bound = bounds[value] {
      words.append("(\(bound.law): within \(Self.abbreviated(bound.maximum)))")
    }
    return words.joined(separator: " ")
  }

  /// `value` to four digits.
  static func abbreviated(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    var unit = 1.0
    while value.magnitude / unit < 1000 { unit /= 10 }
    while value.magnitude / unit >= 10_000 { unit *= 10 }
    let digits = (value / unit).rounded(.toNearestOrEven)
    // Dividing by a power of ten rounds better than multiplying by its inverse.
    let rounded = unit < 1 ? digits / (1 / unit).rounded() : digits * unit
    let short = rounded.magnitude < 1e7 && rounded == rounded.rounded()
    if short { return "\(Int(rounded))" }
    // The shortest float is free of the last bits of a division.
    let float = Float(rounded)
    return float.isNormal ? "\(float)" : "\(rounded)"
  }
}

extension IntaglioGraph.Operation {
  /// What the listing says beyond name, operands and type.
  fileprivate var attributes: [String] {
    switch self {
    case .input(let name, _): [name]
    case .constant(let tensor): [tensor.extremes]
    case .layout(let layout): layout.attributes
    case .concat(let axis), .sum(let axis), .mean(let axis): ["axis \(axis)"]
    case .convolution(let convolution): convolution.attributes
    case .matmul, .add, .subtract, .multiply, .divide, .function, .softmax, .rowExponential: []
    case .layerNorm(let epsilon), .rmsNorm(let epsilon): ["epsilon \(Graph.abbreviated(epsilon))"]
    case .quantize(let quantizer):
      ["scale \(quantizer.scale.abbreviated)"] + quantizer.zeroPoint.attribute("zero point")
        + (quantizer.placement == .beforeRounding ? ["before rounding"] : [])
    case .dequantize(let dequantizer):
      ["scale \(dequantizer.scale.abbreviated)"] + dequantizer.zeroPoint.attribute("zero point")
        + dequantizer.offset.attribute("offset")
    case .requantize(let requantizer):
      ["multiplier \(requantizer.multiplier.abbreviated)"]
        + requantizer.offset.attribute("offset") + requantizer.zeroPoint.attribute("zero point")
    case .integer(let function): function.attributes
    }
  }
}

extension IntegerFunction {
  fileprivate var attributes: [String] {
    switch self {
    case .thresholds(let steps):
      ["\(steps.tables.values.map(\.thresholds.count).max() ?? 0) steps"]
    case .lookup(let lookup): ["\(lookup.entries.count) entries"]
    case .scaledSum(let stream):
      stream.multipliers.flatMap { $0.attribute("multiplier") } + stream.offset.attribute("offset")
        + stream.shift.attribute("shift")
    case .norm(let norm):
      ["multiplier \(norm.requantizer.multiplier.abbreviated)"]
        + norm.requantizer.offset.attribute("offset") + norm.left.attribute("left shift")
    case .softmax(let softmax):
      ["scale \(softmax.scale.abbreviated)", "\(softmax.exponential)"]
    case .rowThresholds(let rows):
      ["\(rows.tables.values.map(\.thresholds.count).max() ?? 0) steps"]
        + (rows.fallsFromLargest ? [] : ["from the smallest"])
    case .quotient(let quotient):
      ["multiplier \(quotient.requantizer.multiplier.abbreviated)"]
        + quotient.requantizer.offset.attribute("offset")
        + quotient.requantizer.zeroPoint.attribute("zero point")
    }
  }
}

extension Layout {
  fileprivate var attributes: [String] {
    switch self {
    case .reshape, .broadcast: []
    case .transpose(let permutation): ["\(permutation)"]
    case .slice(let axis, let start, let count): ["axis \(axis) \(start)..<\(start + count)"]
    }
  }
}

extension Convolution {
  /// What differs from a window that slides by one without padding.
  fileprivate var attributes: [String] {
    var words: [String] = []
    if strides != [1, 1] { words.append("strides \(strides)") }
    if padding != [0, 0, 0, 0] { words.append("padding \(padding)") }
    if dilations != [1, 1] { words.append("dilations \(dilations)") }
    if groups != 1 { words.append("groups \(groups)") }
    return words
  }
}

extension Tensor {
  /// The one value, or the smallest and the largest.
  fileprivate var extremes: String {
    let numbers = doubles
    guard let least = numbers.min(), let greatest = numbers.max() else { return "empty" }
    let (low, high) = (Graph.abbreviated(least), Graph.abbreviated(greatest))
    return least == greatest ? low : "\(low)…\(high)"
  }
}

extension Broadcast where Element == Rational {
  fileprivate var abbreviated: String {
    let numbers = values.map(\.doubleValue)
    if let uniform {
      let exact = uniform.description
      return exact.utf8.count <= 6 ? exact : Graph.abbreviated(uniform.doubleValue)
    }
    let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 0)
    return "\(shape) \(Graph.abbreviated(low))…\(Graph.abbreviated(high))"
  }

  /// `name` and the values, nothing where all are zero.
  fileprivate func attribute(_ name: String) -> [String] {
    uniform?.isZero == true ? [] : ["\(name) \(abbreviated)"]
  }
}

extension Broadcast where Element == Int {
  /// `name` and the values, nothing where all are zero.
  fileprivate func attribute(_ name: String) -> [String] {
    if let uniform { return uniform == 0 ? [] : ["\(name) \(uniform)"] }
    return ["\(name) \(shape) \(values.min() ?? 0)…\(values.max() ?? 0)"]
  }
}
