import IntaglioGraph

/// A value taken apart into what is multiplied: constants and powers of other values.
///
/// `0.5 · x · (1 + erf(x / √2))` is the constant 0.5 and the factors `x` and `1 + erf(…)`, whatever
/// the order and nesting of its multiplications.
struct Product {
  /// The uniform constants, each as it stands in the graph.
  private(set) var constants: [Double] = []
  /// The constants that divide.
  private(set) var divisors: [Double] = []
  private(set) var factors: [Value: Int] = [:]
  private let atom: Value?

  /// The product that `node` is, at most `depth` multiplications deep.
  ///
  /// The value `atom` is not taken apart even where it is a product.
  init(_ node: Node, in graph: Graph, atom: Value? = nil, depth: Int = 4) {
    self.atom = atom
    collect(node, in: graph, depth: depth)
  }

  init(_ value: Value, in graph: Graph, atom: Value? = nil, depth: Int = 4) {
    self.atom = atom
    collect(value, in: graph, depth: depth)
  }

  /// Whether one constant in all multiplies, and it is `target`; `1 / target` may divide instead.
  func hasCoefficient(_ target: Double) -> Bool {
    if constants.count == 1, divisors.isEmpty { return constants[0].isRounding(of: target) }
    if constants.isEmpty, divisors.count == 1 { return divisors[0].isRounding(of: 1 / target) }
    return false
  }

  /// Whether no constant multiplies or divides.
  var isUnscaled: Bool { constants.isEmpty && divisors.isEmpty }

  /// The one factor besides constants, when it stands once.
  var onlyFactor: Value? {
    guard factors.count == 1, let (factor, power) = factors.first, power == 1 else { return nil }
    return factor
  }

  private mutating func collect(_ value: Value, in graph: Graph, depth: Int) {
    if let constant = graph.uniformReal(value) {
      constants.append(constant)
    } else if value == atom {
      factors[value, default: 0] += 1
    } else {
      collect(graph[value], in: graph, depth: depth, itself: value)
    }
  }

  private mutating func collect(
    _ node: Node,
    in graph: Graph,
    depth: Int,
    itself: Value? = nil
  ) {
    if depth > 0 {
      if node.operation == .multiply {
        for operand in node.operands { collect(operand, in: graph, depth: depth - 1) }
        return
      }
      if node.operation == .divide, let divisor = graph.uniformReal(node.operands[1]) {
        collect(node.operands[0], in: graph, depth: depth - 1)
        divisors.append(divisor)
        return
      }
      if case .function(.power(let exponent)) = node.operation, exponent == 2 || exponent == 3 {
        factors[node.operands[0], default: 0] += Int(exponent)
        return
      }
    }
    // Whatever else it is, it is one factor.
    if let itself { factors[itself, default: 0] += 1 }
  }
}
