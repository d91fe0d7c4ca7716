extension Graph {
  /// Whether a multiplication of matrices that depends on an input is behind `value`, or makes it.
  package func isBehindMultiplication(_ value: Value) -> Bool {
    isBehind(value) { self[$0].operation.isMatrixMultiplication && dependsOnInput($0) }
  }

  /// Whether `ancestor` is behind `value`, or is it.
  package func depends(_ value: Value, on ancestor: Value) -> Bool {
    // Operands stand before what reads them.
    ancestor <= value && isBehind(value) { $0 == ancestor }
  }

  private func isBehind(_ value: Value, _ isWanted: (Value) -> Bool) -> Bool {
    var (seen, pending): (Set<Value>, [Value]) = ([value], [value])
    while let next = pending.popLast() {
      if isWanted(next) { return true }
      pending += self[next].operands.filter { seen.insert($0).inserted }
    }
    return false
  }

  /// Whether an input of the model is behind `value`.
  package func dependsOnInput(_ value: Value) -> Bool {
    var (seen, pending): (Set<Value>, [Value]) = ([value], [value])
    while let next = pending.popLast() {
      if case .input = self[next].operation { return true }
      pending += self[next].operands.filter { seen.insert($0).inserted }
    }
    return false
  }

  /// What `value` is a change of place of; `value` itself where it is none.
  package func withoutLayouts(_ value: Value) -> Value { origin(of: value).value }

  /// What `value` is a change of place of, and the layouts on the way from it, first to last.
  package func origin(of value: Value) -> (value: Value, layouts: [Layout]) {
    var (value, layouts) = (value, [Layout]())
    while case .layout(let layout) = self[value].operation {
      layouts.append(layout)
      value = self[value].operands[0]
    }
    return (value, layouts.reversed())
  }
}
