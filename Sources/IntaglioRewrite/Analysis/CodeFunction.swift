import IntaglioGraph
import IntaglioNumerics

/// A value that depends, element by element, on the codes of one integer value and on constants.
///
///     codes ─ dequantize ─┬─ erf ─ quantize ─ dequantize ─ (+ 1) ─┐
///                         └───────────────────────────────────────┴─ multiply ─ quantize ── result
///
/// Whatever functions, arithmetic, quantizers and dequantizers stand between, such a value is a table of
/// the codes. The source is the earliest value of at most 8 bits for which that holds.
struct CodeFunction {
  /// Codes of at most 8 bits, of the dimensions of the result.
  let source: Value
  let result: Value
  /// What is computed between, constants included, operands first; the result is the last.
  let steps: [Value]

  /// The most steps that are looked at.
  private static let longest = 64

  /// `nil` where `value` is no such function, or the source itself is all there is to it.
  init?(_ value: Value, in graph: Graph) {
    let shape = graph.type(of: value).shape
    // Operands stand before what reads them: a value that is alone is all that the rest depends on.
    var (frontier, steps): (Set<Value>, Set<Value>) = ([value], [])
    var found: (source: Value, steps: Set<Value>)?
    while let last = frontier.max(), steps.count < Self.longest {
      if frontier.count == 1, last != value, graph.isSource(last, of: shape) {
        found = (last, steps)
      }
      guard graph.isElementwise(last), Shape.fits(graph.type(of: last).shape, over: shape) else {
        break
      }
      frontier.remove(last)
      steps.insert(last)
      for operand in graph[last].operands {
        if let constants = graph.constantSteps(of: operand) {
          steps.formUnion(constants)
        } else {
          frontier.insert(operand)
        }
      }
    }
    guard let found else { return nil }
    source = found.source
    result = value
    self.steps = found.steps.sorted()
  }
}

extension CodeFunction {
  /// Whether nothing but constants is added to the codes, or to a requantization of them: sums of integers do
  /// that.
  func onlyAdds(in graph: Graph) -> Bool {
    steps.dropLast().allSatisfy { step in
      if case .dequantize = graph[step].operation { return true }
      if case .requantize = graph[step].operation { return true }
      return graph[step].operation.additiveSign != nil || graph.constantSteps(of: step) != nil
    }
  }
}

extension Graph {
  /// Whether `value` is codes of at most 8 bits that an input decides, one for each element of `shape`.
  fileprivate func isSource(_ value: Value, of shape: [Int]) -> Bool {
    guard let integer = type(of: value).integer, (2...8).contains(integer.bits) else {
      return false
    }
    return constant(value) == nil && type(of: value).shape == shape
  }

  /// `value` and what it is computed from, where all of that are constants and few steps.
  fileprivate func constantSteps(of value: Value, depth: Int = 4) -> [Value]? {
    if constant(value) != nil { return [value] }
    guard depth > 0, isElementwise(value) else { return nil }
    var steps = [value]
    for operand in self[value].operands {
      guard let others = constantSteps(of: operand, depth: depth - 1) else { return nil }
      steps += others
    }
    return steps
  }

  /// Whether an element of `value` depends on the elements of its operands at its own place alone.
  fileprivate func isElementwise(_ value: Value) -> Bool {
    switch self[value].operation.family {
    case .arithmetic, .function, .quantization: return true
    case .source: return constant(value) != nil
    case .integer:
      guard case .integer(let function) = self[value].operation else { return false }
      switch function {
      case .thresholds, .lookup: return true
      case .scaledSum, .norm, .softmax, .rowThresholds, .quotient: return false
      }
    case .movement, .matrixProduct, .reduction, .row: return false
    }
  }
}

extension Shape {
  /// Whether a tensor of `shape` stretches over one of `target`.
  fileprivate static func fits(_ shape: [Int], over target: [Int]) -> Bool {
    shape.count <= target.count
      && zip(shape.reversed(), target.reversed()).allSatisfy { $0 == 1 || $0 == $1 }
  }
}
