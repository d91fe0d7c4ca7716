import IntaglioData
import IntaglioGraph

extension QDQWriter {
  mutating func append(_ function: Function, _ value: Value) {
    switch function {
    case .negate: append("Neg", value)
    case .absolute: append("Abs", value)
    case .reciprocal: append("Reciprocal", value)
    case .squareRoot: append("Sqrt", value)
    case .exp: append("Exp", value)
    case .log: append("Log", value)
    case .erf: append("Erf", value)
    case .tanh: append("Tanh", value)
    case .sigmoid: append("Sigmoid", value)
    case .relu: append("Relu", value)
    case .gelu: append("Gelu", value)
    case .geluTanh: append("Gelu", value, [.string("approximate", "tanh")])
    case .silu: silu(value)
    case .hardSwish: append("HardSwish", value)
    case .clip(let lower, let upper): clip(value, Float(lower), Float(upper))
    case .power(let exponent):
      append("Pow", value, others: [floats([Float(exponent)], [], "\(tensor(value)).exponent")])
    }
  }

  /// x·sigmoid(x); its own operator came with a later operator set.
  private mutating func silu(_ value: Value) {
    let x = tensor(graph[value].operands[0])
    append([Step("Sigmoid"), Step("Mul", [x])], from: x, to: value)
  }

  /// A limit that is infinite is left out.
  private mutating func clip(_ value: Value, _ lower: Float, _ upper: Float) {
    let end = tensor(value)
    let low = lower > -.infinity ? floats([lower], [], "\(end).lower") : ""
    let high = upper < .infinity ? floats([upper], [], "\(end).upper") : ""
    if high.isEmpty {
      append(low.isEmpty ? "Identity" : "Clip", value, others: low.isEmpty ? [] : [low])
    } else {
      append("Clip", value, others: [low, high])
    }
  }
}
