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
      let operation = self[value].operation
      if operation == .function(.sigmoid) { return true }
      var isSoftmax = operation == .softmax
      if case .integer(.softmax) = operation { isSoftmax = true }
      if isSoftmax { return type(of: value).shape.last == classes }
      var showsOperand = operation.family == .quantization
      if case .layout(.reshape) = operation { showsOperand = true }
      if case .layout(.transpose) = operation { showsOperand = true }
      guard showsOperand else { return false }
      value = self[value].operands[0]
    }
  }
}
