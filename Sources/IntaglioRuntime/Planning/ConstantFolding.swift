import IntaglioGraph
import IntaglioNumerics

/// Evaluates once what constants alone decide: zero-point corrections, moved weights, parameters.
///
/// Integers are exact; reals are computed in float64.
struct ConstantFolding {
  /// The constants that another node or an output reads.
  let tensors: [Value: Tensor]

  init(_ graph: Graph) throws(PlanError) {
    var (constants, images) = (Graph(), [Value: Value]())
    let frontier = graph.constantFrontier
    for value in Schedule(graph, targets: frontier, isKnown: { _ in false }).order {
      let node = graph[value]
      do {
        images[value] = try constants.append(
          Node(node.operation, node.operands.compactMap { images[$0] }),
          name: graph.label(of: value)
        )
      } catch {
        throw .constant(node: graph.label(of: value), reason: error.description)
      }
    }
    let result: OracleResult<Double>
    do {
      result = try Oracle<Double>(constants)
        .run([:], keeping: Set(frontier.compactMap { images[$0] }))
    } catch {
      throw .constant(node: "graph", reason: error.description)
    }
    var tensors: [Value: Tensor] = [:]
    for value in frontier {
      if let constant = graph.constant(value) {
        tensors[value] = constant
      } else if let image = images[value], let computed = result[image] {
        tensors[value] = try Self.tensor(computed, graph.type(of: value), graph.label(of: value))
      }
    }
    self.tensors = tensors
  }

  private static func tensor(
    _ values: OracleTensor<Double>,
    _ type: ValueType,
    _ label: String
  ) throws(PlanError) -> Tensor? {
    switch (values, type.integer) {
    case (.real(let reals), _):
      return Tensor(reals, shape: type.shape)
    case (.integer(let integers), let integer?):
      guard integer.isSigned || integer.bits < 32 else { throw .integer(integer, node: label) }
      return Tensor(integers, integer, shape: type.shape)
    case (.integer, nil):
      return nil
    }
  }
}
