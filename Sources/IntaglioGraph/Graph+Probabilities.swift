extension Graph {
  /// The outputs that hold probabilities, not logits: what a softmax over the classes or a logistic
  /// function makes, laid out otherwise or through a quantizer and back.
  ///
  /// - Returns: their names. Codes of a quantizer are no probabilities.
  public var probabilities: [String] {
    outputs.compactMap { output in
      guard !type(of: output.value).isInteger, let logits = try? logits(output.name) else {
        return nil
      }
      return isProbability(output.value, classes: logits.classes) ? output.name : nil
    }
  }

  /// Whether `value` is what a softmax over `classes` numbers or a logistic function makes.
  private func isProbability(_ value: Value, classes: Int) -> Bool {
    var value = value
    while true {
      switch self[value].operation {
      case .softmax, .integer(.softmax): return type(of: value).shape.last == classes
      case .function(.sigmoid): return true
      case .layout(.reshape), .layout(.transpose), .quantize, .dequantize, .requantize:
        value = self[value].operands[0]
      case .input, .constant, .layout(.slice), .layout(.broadcast), .concat, .matmul, .convolution,
        .add, .subtract, .multiply, .sum, .divide, .mean, .function, .layerNorm, .rmsNorm, .integer:
        return false
      }
    }
  }
}
