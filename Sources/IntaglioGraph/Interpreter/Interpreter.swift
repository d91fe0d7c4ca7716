import IntaglioNumerics

/// The walk over a graph that every arithmetic shares: order, liveness, inputs, observers.
///
/// What a node computes is the caller's: exact or float64 (`Oracle`), or float32 on BLAS.
public struct Interpreter<Number: Hashable & Sendable, Integer: FixedWidthInteger & Sendable> {
  public typealias Tensor = EvaluatedTensor<Number, Integer>
  /// Sees a value as soon as it is there; what it returns takes the value's place, `nil` leaves it.
  public typealias Observer = (Value, Tensor) -> Tensor?
  /// Computes a value from its operands; those that nothing else holds may be changed in place.
  public typealias Compute = (Value, inout [Tensor]) throws(EvaluationError) -> Tensor

  let graph: Graph
  /// Values known beforehand.
  let folded: [Value: Tensor]
  let inputs: [String: Tensor]
  let observer: Observer?

  public init(
    _ graph: Graph,
    folded: [Value: Tensor] = [:],
    inputs: [String: Tensor] = [:],
    observing observer: Observer? = nil
  ) {
    (self.graph, self.folded, self.inputs, self.observer) = (graph, folded, inputs, observer)
  }

  /// The outputs of the graph and the values to keep.
  ///
  /// - Throws: `EvaluationError`, with the name of the input or node.
  public func run(
    keeping: Set<Value>,
    _ compute: Compute
  ) throws(EvaluationError) -> EvaluationResult<Number, Integer> {
    let values = try values(of: keeping.union(graph.outputs.map(\.value)), compute)
    var outputs: [String: Tensor] = [:]
    for output in graph.outputs { outputs[output.name] = values[output.value] }
    return EvaluationResult(outputs: outputs, kept: values.filter { keeping.contains($0.key) })
  }

  /// Computes `targets` and frees every other value after its last use.
  ///
  /// - Throws: `EvaluationError`, with the name of the input or node.
  public func values(
    of targets: Set<Value>,
    _ compute: Compute
  ) throws(EvaluationError) -> [Value: Tensor] {
    let schedule = Schedule(graph, targets: targets) { folded[$0] != nil }
    var remaining = schedule.uses
    var results = [Tensor?](repeating: nil, count: graph.nodes.count)
    for value in schedule.order {
      if let known = folded[value] {
        results[value.index] = known
        continue
      }
      // Operands stand before their users, so each has its result. The last use takes it away, and
      // with it the right to change it in place.
      var operands: [Tensor] = []
      for operand in graph[value].operands {
        remaining[operand.index] -= 1
        let isLast = remaining[operand.index] == 0
        let tensor = isLast ? results[operand.index].take() : results[operand.index]
        if let tensor { operands.append(tensor) }
      }
      let computed: Tensor
      if case .input(let name, let type) = graph[value].operation {
        computed = try input(name, type)
      } else {
        computed = try compute(value, &operands)
      }
      results[value.index] = try replaced(value, computed)
    }
    var kept: [Value: Tensor] = [:]
    for target in targets { kept[target] = results[target.index] }
    return kept
  }

  /// What stands for `value` from now on: `computed`, unless the observer knows better.
  private func replaced(_ value: Value, _ computed: Tensor) throws(EvaluationError) -> Tensor {
    guard let other = observer?(value, computed) else { return computed }
    guard computed.isLike(other) else {
      throw .replacement(graph.type(of: value), found: other.count, node: graph.label(of: value))
    }
    return other
  }

  private func input(_ name: String, _ type: ValueType) throws(EvaluationError) -> Tensor {
    guard let given = inputs[name] else { throw .missingInput(name: name) }
    guard given.count == type.count else {
      throw .inputCount(name: name, expected: type, found: given.count)
    }
    guard (given.integers == nil) == (type.integer == nil) else {
      throw .inputElement(name: name, expected: type)
    }
    if let integers = given.integers, let range = type.integer?.range,
      let stray = integers.first(where: { !range.contains(Int($0)) })
    {
      throw .inputRange(name: name, expected: type, found: Int(stray))
    }
    return given
  }
}
