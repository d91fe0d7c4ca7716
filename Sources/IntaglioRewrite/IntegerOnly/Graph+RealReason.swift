import IntaglioGraph

extension Graph {
  /// Why the real `value` could not become integers, and what would change that.
  func reason(for value: Value) -> String {
    switch self[value].operation {
    case .softmax:
      return "softmax needs integer scores of one scale per row and a quantizer of at most 8 bits "
        + "behind it, the same along a row; quantize its result in the model"
    case .rowExponential:
      return
        "the row exponential needs integer scores of one scale per row, all of one sign, and a "
        + "quantizer of at most 8 bits behind it, the same along a row; quantize its result in the "
        + "model"
    case .layerNorm, .rmsNorm:
      return "\(self[value].operation.name) needs a stream before it, a positive epsilon, constant "
        + "γ and β, and a quantizer behind it; quantize its result in the model"
    case .function(let function):
      return "\(function.name) needs an accumulator of one scale per channel before it and a "
        + "quantizer of at most 8 bits behind it; quantize its result in the model"
    case .multiply, .divide: return productReason(value)
    case .add, .subtract: return sumReason(value)
    case .concat:
      return "parts with different scales or types are joined, and no quantizer follows"
    case .mean, .sum:
      return "a mean of values that are no integers of one scale along the axis"
    case .matmul, .convolution:
      return "a multiplication stays on reals"
    case .input, .constant, .layout, .quantize, .dequantize, .requantize, .integer:
      return "no law takes what reads it"
    }
  }

  private func productReason(_ value: Value) -> String {
    let operands = self[value].operands
    let word = self[value].operation == .divide ? "divided" : "multiplied"
    if let constant = operands.first(where: { !dependsOnInput($0) }) {
      return
        "a constant of \(type(of: constant).shape) by which it is \(word) has a zero, or differs "
        + "along more than one axis (a mask, or Where as one); only constants per channel that are "
        + "never zero join a scale; add the mask to the scores instead"
    }
    if case .multiply = self[value].operation, let source = commonSource(operands) {
      return "a product of functions of one value (\(label(of: source))) that is none of the known "
        + "ones; use GELU, SiLU or hard swish, or quantize both factors"
    }
    if isNormInPieces(value) {
      return
        "a LayerNorm written in pieces with quantizers between; add --fuse-norms, which drops these, export "
        + "with opset 17 or more, where it is one node, or quantize none of its pieces (in ONNX Runtime: "
        + "op_types_to_quantize without ReduceMean, Sub, Pow, Sqrt, Div, Add and Mul)"
    }
    if case .divide = self[value].operation {
      return
        "two computed values are divided; only integers without zero point over a positive integer of "
        + "their row become a quotient, with a quantizer of at most 8 bits behind it"
        + (type(of: operands[1]).shape.last == 1
          ? "; where this is a LayerNorm in pieces, add --fuse-norms" : "")
    }
    return
      "two computed values are \(word); only constants can join a scale; quantize the operands "
      + "or replace the gate"
  }

  private func sumReason(_ value: Value) -> String {
    let operands = self[value].operands
    let constants = operands.filter { !dependsOnInput($0) }
    if let known = constants.first {
      let tensor = constant(known)
      let isReal = operands.contains { dependsOnInput($0) && dequantized($0) == nil }
      if !isReal, tensor?.doubles.contains(where: { !$0.isFinite }) == true {
        return
          "a constant of \(type(of: known).shape) with infinities is added before a quantizer; "
          + "add the mask behind it, right before softmax"
      }
      if !isReal, type(of: known).shape.count(where: { $0 > 1 }) > 1 {
        return
          "a constant that differs along more than one axis (a mask, a table of biases) is added "
          + "before a quantizer; add it behind, right before softmax, or use one number per channel"
      }
    }
    let shapes = operands.map { type(of: $0).shape }
    if constants.isEmpty, shapes[0] != shapes[1] {
      return
        "a sum in which one value stretches over the other (\(shapes[0]) and \(shapes[1])); give "
        + "both the same dimensions"
    }
    let other = operands.first { dequantized($0) == nil && dependsOnInput($0) }
    return "a sum of values that are not all dequantized integers"
      + (other.map { "; \(label(of: $0)) is real: quantize it in the model" } ?? "")
  }

  /// Whether `value` is nothing but a factor of a product of functions of one value, which is named in
  /// its stead.
  func isGate(_ value: Value, _ reals: RealRegion) -> Bool {
    guard case .function = self[value].operation else { return false }
    let readers = reals.readers(of: value)
    return !readers.isEmpty
      && readers.allSatisfy {
        self[$0].operation == .multiply && commonSource(self[$0].operands) != nil
      }
  }

  /// Whether `value` divides x − mean(x) by a root, or by codes of one, for each row.
  func isNormInPieces(_ value: Value) -> Bool {
    guard case .divide = self[value].operation else { return false }
    let (deviation, root) = (self[value].operands[0], self[value].operands[1])
    return type(of: root).shape.last == 1 && type(of: deviation).shape.last != 1
      && sources(of: deviation).contains { self[$0].operation.additiveSign == -1 }
  }

  /// Whether `value` is real only for the sake of a norm in pieces, which is named in its stead.
  func isPieceOfNorm(_ value: Value, _ reals: RealRegion) -> Bool {
    if isNormInPieces(value) { return false }
    var (seen, pending): (Set<Value>, [Value]) = ([value], [value])
    var meetsNorm = false
    while let next = pending.popLast() {
      for reader in reals.readers(of: next) where seen.insert(reader).inserted {
        if isNormInPieces(reader) {
          meetsNorm = true
        } else if !type(of: reader).isInteger {
          pending.append(reader)
        }
      }
    }
    return meetsNorm
  }

  /// The one value that all of `values` are functions of, element by element.
  private func commonSource(_ values: [Value]) -> Value? {
    let chains = values.map(sources)
    return chains.first?.first { source in chains.allSatisfy { $0.contains(source) } }
  }

  /// `value` and what it is a function of: through functions and arithmetic with constants.
  private func sources(of value: Value) -> [Value] {
    var result = [value]
    while let last = result.last, result.count < 16 {
      let operands = self[last].operands
      switch self[last].operation.family {
      case .function: result.append(operands[0])
      case .quantization:
        if type(of: last).isInteger, type(of: operands[0]).isInteger { return result }
        result.append(operands[0])
      case .arithmetic:
        let computed = operands.filter(dependsOnInput)
        guard computed.count == 1 else { return result }
        result.append(computed[0])
      case .source, .movement, .matrixProduct, .reduction, .row, .integer: return result
      }
    }
    return result
  }
}
