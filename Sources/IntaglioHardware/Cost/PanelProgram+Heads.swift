extension PanelProgram {
  /// For every step the attention head that it works for alone, counted from 0 within its block; `nil`
  /// for what several heads share.
  ///
  /// A head is one softmax, or row thresholds in its place, what only it and the product behind it read, and that product. What lies before a
  /// residual sum belongs to another part of the model.
  var heads: [Int?] {
    var writers: [PanelIndex: [Int]] = [:]
    for (index, step) in steps.enumerated() { writers[step.result, default: []].append(index) }
    var owners = [Set<Int>](repeating: [], count: steps.count)
    var softmaxes: [Int] = []
    for (index, step) in steps.enumerated() {
      switch step.work {
      case .softmax, .rowThresholds: break
      case .product, .transposition, .norm: continue
      }
      let readers = steps.indices.filter { steps[$0].sources.contains(step.result) }
      var open = [index] + readers
      var seen: Set<Int> = []
      while let next = open.popLast() {
        guard seen.insert(next).inserted, !steps[next].endsPart else { continue }
        owners[next].insert(softmaxes.count)
        for source in steps[next].sources { open += writers[source] ?? [] }
      }
      softmaxes.append(index)
    }
    // Softmaxes of one block share what they read.
    var first = 0
    var numbers: [Int] = []
    for number in softmaxes.indices {
      let shares = owners.contains { $0.contains(number) && $0.contains(first) }
      if !shares { first = number }
      numbers.append(number - first)
    }
    return owners.map { $0.count == 1 ? $0.first.map { numbers[$0] } : nil }
  }
}

extension PanelStep {
  /// Whether it makes a residual stream.
  fileprivate var endsPart: Bool {
    if case .product(let product) = work { product.residual?.isOneWord == false } else { false }
  }
}
