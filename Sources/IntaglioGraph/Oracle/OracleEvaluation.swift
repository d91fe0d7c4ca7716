import IntaglioNumerics

/// One pass over a graph.
struct OracleEvaluation<Number: OracleNumber> {
  let graph: Graph
  let parameters: [Value: OracleParameters<Number>]
  /// Values known beforehand.
  let folded: [Value: OracleTensor<Number>]
  /// Sees every value that is computed, and may put another one in its place.
  var observer: Oracle<Number>.Observer?

  /// Computes `targets` and frees every other value after its last use.
  func values(
    of targets: Set<Value>,
    inputs: [String: OracleTensor<Number>]
  ) throws(EvaluationError) -> [Value: OracleTensor<Number>] {
    let schedule = Schedule(graph, targets: targets) { folded[$0] != nil }
    var remaining = schedule.uses
    var results = [OracleTensor<Number>?](repeating: nil, count: graph.nodes.count)
    for value in schedule.order {
      if let known = folded[value] {
        results[value.index] = known
        continue
      }
      let operands = graph[value].operands
      // Operands stand before their users, so each has its result.
      let computed = try compute(
        value,
        operands.compactMap { results[$0.index] },
        inputs: inputs
      )
      results[value.index] = try replaced(value, computed)
      for operand in operands {
        remaining[operand.index] -= 1
        if remaining[operand.index] == 0 { results[operand.index] = nil }
      }
    }
    var kept: [Value: OracleTensor<Number>] = [:]
    for target in targets { kept[target] = results[target.index] }
    return kept
  }

  /// What stands for `value` from now on: `computed`, unless the observer knows better.
  private func replaced(
    _ value: Value,
    _ computed: OracleTensor<Number>
  ) throws(EvaluationError) -> OracleTensor<Number> {
    guard let other = observer?(value, computed) else { return computed }
    let isOfType =
      switch (computed, other) {
      case (.real, .real), (.integer, .integer): computed.count == other.count
      case (.real, .integer), (.integer, .real): false
      }
    guard isOfType else {
      throw .replacement(graph.type(of: value), found: other.count, node: graph.label(of: value))
    }
    return other
  }

  private func compute(
    _ value: Value,
    _ operands: [OracleTensor<Number>],
    inputs: [String: OracleTensor<Number>]
  ) throws(EvaluationError) -> OracleTensor<Number> {
    let node = graph[value]
    if case .input(let name, let type) = node.operation {
      return try input(name, type, inputs[name])
    }
    let operation = OracleOperation(
      operation: node.operation,
      operandTypes: node.operands.map(graph.type(of:)),
      type: graph.type(of: value),
      parameters: parameters[value] ?? OracleParameters(node.operation)
    )
    do {
      return try operation.apply(to: operands)
    } catch {
      throw .arithmetic(error, operation: node.operation.name, node: graph.label(of: value))
    }
  }

  private func input(
    _ name: String,
    _ type: ValueType,
    _ given: OracleTensor<Number>?
  ) throws(EvaluationError) -> OracleTensor<Number> {
    guard let given else { throw .missingInput(name: name) }
    guard given.count == type.count else {
      throw .inputCount(name: name, expected: type, found: given.count)
    }
    switch (given, type.element) {
    case (.real, .real): return given
    case (.integer(let values), .integer(let integer)):
      if let stray = values.first(where: { !integer.range.contains($0) }) {
        throw .inputRange(name: name, expected: type, found: stray)
      }
      return given
    case (.real, .integer), (.integer, .real):
      throw .inputElement(name: name, expected: type)
    }
  }
}
