package import IntaglioGraph

/// The values through which everything passes: where a network can be cut in two.
///
/// In a Vision Transformer the residual stream between attention and MLP; where one value alone goes
/// on, the part behind it can be run from that value.
package struct Cuts: Sendable {
  /// In the order of computation; the model's input first.
  package let values: [Value]

  package init(_ graph: Graph) {
    let depends = graph.inputDependence
    let live = graph.live.filter { depends[$0.index] }
    var lastUse: [Value: Int] = [:]
    for value in live {
      for operand in graph[value].operands { lastUse[operand] = value.index }
    }
    for output in graph.outputs { lastUse[output.value] = Int.max }
    var cuts: [Value] = []
    var open: Set<Value> = []
    for value in live {
      open.insert(value)
      open = open.filter { (lastUse[$0] ?? -1) > value.index }
      if open == [value] { cuts.append(value) }
    }
    values = cuts
  }

  private init(_ values: [Value]) { self.values = values }

  /// The cuts that are not `unwanted`.
  func without(_ unwanted: (Value) -> Bool) -> Cuts { Cuts(values.filter { !unwanted($0) }) }

  /// The last cut before `value`, or `value` where it is one.
  package func last(upTo value: Value) -> Value? { values.last { $0 <= value } }
}

extension Graph {
  /// Whether codes of `value` are made from what is in front of it: scales go into a norm, and a product with
  /// softmax is divided later.
  func isTakenApart(_ value: Value) -> Bool {
    let origin = withoutLayouts(value)
    guard case .matmul = self[origin].operation else {
      return self[origin].operation.isNormalization
    }
    return self[origin].operands.allSatisfy(dependsOnInput)
  }

  /// The first value that deciding `site` has to see: what a norm in front of it reads, where scales go
  /// into that norm, and a function whose result is moved before it is read.
  package func beginning(of site: Site) -> Value {
    switch site.kind {
    case .patches(let patches): return patches.input
    case .windows(let windows): return windows.input
    case .product(let product):
      return [product.left, product.right].filter(dependsOnInput).min() ?? product.left
    case .linear(let linear): return beginning(ofInput: linear.input)
    }
  }

  private func beginning(ofInput input: Value) -> Value {
    if let hidden = hiddenMultiplication(behind: input) {
      return beginning(ofInput: self[hidden].operands[0])
    }
    let origin = withoutLayouts(input)
    if case .function = self[origin].operation { return origin }
    return self[origin].operation.isNormalization ? self[origin].operands[0] : input
  }

  /// For every node, whether an input decides it.
  package var inputDependence: [Bool] {
    var depends = [Bool](repeating: false, count: nodes.count)
    for index in nodes.indices {
      if case .input = nodes[index].operation {
        depends[index] = true
      } else {
        depends[index] = nodes[index].operands.contains { depends[$0.index] }
      }
    }
    return depends
  }
}
