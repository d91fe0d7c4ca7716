public import IntaglioGraph
import IntaglioNumerics

extension Graph {
  /// The last steps of norms that are written in pieces with quantizers between them, in the order of
  /// computation.
  public var normsInPieces: [Value] { foundNormsInPieces.keys.sorted() }

  /// The same graph with every norm in pieces as one operation, without the quantizers between its pieces.
  ///
  ///     before   x ─ mean ─ q ─ sub ─ q ─┬─ square ─ q ─ mean ─ q ─ + ε ─ q ─ root ─ q ─┐
  ///                                      └──────────────────────────────────────────── divide ─ q ─ · γ ─ q ─ + β ── y
  ///
  ///     after    x ─ layerNorm(γ, β, ε) ── y
  ///
  /// Here each q is a quantizer with its dequantizer. The quantizers before x and behind y stay. This changes
  /// the model: its norms are no longer rounded in between. Without the mean it is RMSNorm.
  func fusingNorms() throws(GraphError) -> Graph {
    let norms = foundNormsInPieces
    guard !norms.isEmpty else { return self }
    var images: [Value: Value] = [:]
    return try copied { copy, value, image throws(GraphError) in
      var result = image
      if let norm = norms[value], let x = images[norm.x] {
        let width = type(of: norm.x).shape.last ?? 0
        func vector(_ value: Value?, otherwise number: Float) throws(GraphError) -> Value {
          if let value, let image = images[value] { return image }
          return try copy.uniform(number, width)
        }
        var operands = [x, try vector(norm.gamma, otherwise: 1)]
        if norm.isCentered { operands.append(try vector(norm.beta, otherwise: 0)) }
        let operation: Operation =
          norm.isCentered ? .layerNorm(epsilon: norm.epsilon) : .rmsNorm(epsilon: norm.epsilon)
        result = try copy.append(Node(operation, operands), name: name(of: value))
      }
      images[value] = result
      return result
    }
  }

  private mutating func uniform(_ number: Float, _ width: Int) throws(GraphError) -> Value {
    try append(.constant(Tensor([Float](repeating: number, count: width), shape: [width])))
  }
}

/// A norm that several operations make.
private struct NormInPieces {
  let isCentered: Bool
  let x: Value
  let epsilon: Double
  /// Constants per element of the last axis; `nil` for 1 and 0.
  var gamma: Value?
  var beta: Value?
}

extension Graph {
  /// Every norm in pieces by its last step.
  private var foundNormsInPieces: [Value: NormInPieces] {
    var readers: [Value: [Value]] = [:]
    for value in live {
      for operand in self[value].operands { readers[operand, default: []].append(value) }
    }
    let results = Set(outputs.map(\.value))

    /// What alone reads `value`, behind quantizers.
    func reader(of value: Value) -> Value? {
      var value = value
      while let only = readers[value].flatMap({ $0.count == 1 ? $0[0] : nil }),
        !results.contains(value)
      {
        guard self[only].operation.family == .quantization else { return only }
        value = only
      }
      return nil
    }

    var found: [Value: NormInPieces] = [:]
    for value in live {
      guard var norm = quotient(value) ?? unscaledNorm(value) else { continue }
      var last = value
      if let next = reader(of: last), self[next].operation == .multiply,
        let gamma = vector(beside: last, in: next)
      {
        (norm.gamma, last) = (gamma, next)
      }
      if norm.isCentered, let next = reader(of: last), self[next].operation == .add,
        let beta = vector(beside: last, in: next)
      {
        (norm.beta, last) = (beta, next)
      }
      // A norm that is one operation already, and stays what it is.
      if last == value, self[value].operation.isNormalization { continue }
      found[last] = norm
    }
    return found
  }

  /// The norm that a division makes: d / √(mean(d²) + ε).
  private func quotient(_ value: Value) -> NormInPieces? {
    guard self[value].operation == .divide else { return nil }
    let operands = self[value].operands
    let last = type(of: operands[0]).shape.count - 1
    let (deviation, root) = (withoutQuantizers(operands[0]), withoutQuantizers(operands[1]))
    guard self[root].operation == .function(.squareRoot),
      type(of: value).shape == type(of: operands[0]).shape
    else { return nil }
    let sum = withoutQuantizers(self[root].operands[0])
    guard self[sum].operation == .add else { return nil }
    for (place, other) in [(0, 1), (1, 0)] {
      guard let epsilon = number(self[sum].operands[place]), epsilon > 0 else { continue }
      let variance = withoutQuantizers(self[sum].operands[other])
      guard self[variance].operation == .mean(axis: last),
        isSquare(withoutQuantizers(self[variance].operands[0]), of: deviation)
      else { return nil }
      let x = centered(deviation)
      return NormInPieces(isCentered: x != nil, x: x ?? operands[0], epsilon: epsilon)
    }
    return nil
  }

  /// The norm that `value` is, with 1 for γ and 0 for β.
  private func unscaledNorm(_ value: Value) -> NormInPieces? {
    let node = self[value]
    guard let (epsilon, isCentered) = node.operation.norm, number(node.operands[1]) == 1,
      !isCentered || number(node.operands[2]) == 0
    else { return nil }
    return NormInPieces(isCentered: isCentered, x: node.operands[0], epsilon: epsilon)
  }

  /// The x of x − mean(x) along the last axis.
  private func centered(_ deviation: Value) -> Value? {
    guard self[deviation].operation == .subtract else { return nil }
    let (x, mean) = (self[deviation].operands[0], withoutQuantizers(self[deviation].operands[1]))
    let last = type(of: x).shape.count - 1
    guard self[mean].operation == .mean(axis: last),
      withoutQuantizers(self[mean].operands[0]) == withoutQuantizers(x)
    else { return nil }
    return x
  }

  private func isSquare(_ square: Value, of value: Value) -> Bool {
    let node = self[square]
    guard node.operation == .function(.power(2)) || node.operation == .multiply else {
      return false
    }
    return node.operands.allSatisfy { withoutQuantizers($0) == value }
  }

  /// What `value` is before quantizers whose codes are dequantized at once.
  private func withoutQuantizers(_ value: Value) -> Value {
    var value = value
    while let codes = dequantized(value),
      case .quantize(let quantizer) = self[codes.codes].operation,
      quantizer.inverse == codes.dequantizer
    {
      value = self[codes.codes].operands[0]
    }
    return value
  }

  /// The one number that a constant holds everywhere.
  private func number(_ value: Value) -> Double? {
    guard let values = exactConstant(value)?.values, let first = values.first,
      values.allSatisfy({ $0 == first })
    else { return nil }
    return first.doubleValue
  }

  /// The constant, one number for each element of the last axis, with which `step` joins `norm`.
  private func vector(beside norm: Value, in step: Value) -> Value? {
    let operands = self[step].operands
    guard let place = operands.firstIndex(where: { withoutQuantizers($0) == norm }) else {
      return nil
    }
    let vector = operands[1 - place]
    guard let width = type(of: norm).shape.last, type(of: vector).shape == [width],
      type(of: norm).shape.count > 1, exactConstant(vector) != nil
    else { return nil }
    return vector
  }
}
