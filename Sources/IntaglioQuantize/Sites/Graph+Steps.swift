package import IntaglioGraph

extension Graph {
  /// Refuses what no integers take the place of between multiplications, before any work.
  ///
  /// - Throws: `QuantizeError.unsupported` with the first such step.
  package func checkSteps() throws(QuantizeError) {
    let (depends, order, readers) = (inputDependence, MultiplicationOrder(self), readers)
    for value in live where depends[value.index] && order.isBehind(value) && order.isInFront(value)
    {
      if let reason = obstacle(at: value, depends, readers) {
        throw .unsupported(node: label(of: value), reason: reason)
      }
    }
  }

  private func obstacle(
    at value: Value,
    _ depends: [Bool],
    _ readers: [Value: [Value]]
  ) -> String? {
    let node = self[value]
    if node.operation == .multiply || node.operation == .divide {
      let isProduct = node.operands.allSatisfy { depends[$0.index] }
      return isProduct
        ? "\(node.operation.name) of two computed values (a gate, a norm in steps)" : nil
    }
    guard case .function(let function) = node.operation else { return nil }
    if let reader = otherReader(of: value, readers) {
      return
        "\(function.name) that \(label(of: reader)) reads, which is no multiplication of matrices,"
    }
    let source = sum(behind: node.operands[0], depends)
    return self[source].operation.isMatrixMultiplication
      ? nil : "\(function.name) of \(label(of: source)), which is no multiplication of matrices,"
  }

  /// What reads `value` through changes of place and constants, and is neither a multiplication nor a function
  /// of it.
  func otherReader(of value: Value, _ readers: [Value: [Value]]) -> Value? {
    var pending = [value]
    while let next = pending.popLast() {
      for reader in readers[next] ?? [] {
        switch self[reader].operation.family {
        case .matrixProduct, .function: break
        case .movement: pending.append(reader)
        case .arithmetic:
          guard self[reader].operands.count(where: dependsOnInput) == 1 else { return reader }
          pending.append(reader)
        case .source, .reduction, .row, .quantization, .integer: return reader
        }
      }
    }
    return nil
  }

  /// What `value` is, but for changes of place, functions, and constants that are added or multiplied.
  private func sum(behind value: Value, _ depends: [Bool]) -> Value {
    var value = value
    while true {
      let node = self[value]
      let computed = node.operands.filter { depends[$0.index] }
      switch node.operation.family {
      case .movement, .function, .arithmetic:
        guard computed.count == 1, let next = computed.first else { return value }
        value = next
      case .source, .matrixProduct, .reduction, .row, .quantization, .integer: return value
      }
    }
  }
}
