import IntaglioGraph
import IntaglioNumerics

/// Decides in which format the codes of a graph lie in memory, so that the multiplication kernels
/// (unsigned left operand, signed right operand) read them without a conversion.
///
/// - Read on the left of a matmul: unsigned, signed codes moved up by their lowest.
/// - Read on the right only: signed, unsigned codes of 8 bits moved down by 128.
/// - Otherwise as the type says.
///
/// A byte below 128 is the same number in both readings, so up to 7 bits serve both sides.
struct CodeStorage {
  private let readOnTheLeft: Set<Value>
  private let readOnTheRight: Set<Value>
  private let graph: Graph

  init(_ graph: Graph) {
    var left: Set<Value> = []
    var right: Set<Value> = []
    for value in graph.live.reversed() {
      let node = graph[value]
      if node.operation == .matmul {
        left.insert(node.operands[0])
        right.insert(node.operands[1])
      } else if node.operation.family == .movement {
        if left.contains(value) { left.formUnion(node.operands) }
        if right.contains(value) { right.formUnion(node.operands) }
      }
    }
    (readOnTheLeft, readOnTheRight, self.graph) = (left, right, graph)
  }

  /// The format in which `value` is kept.
  func format(of value: Value) throws(PlanError) -> ElementFormat {
    guard let type = graph.type(of: value).integer else { return .float32 }
    guard type.isSigned || type.bits < 32 else {
      throw .integer(type, node: graph.label(of: value))
    }
    guard type.bits <= 8 else { return .int32 }
    // A bias of 1 would swap even and odd codes under rounding.
    if readOnTheLeft.contains(value), type.bits > 1 {
      return .code(CodeFormat(bias: -type.range.lowerBound, isSigned: false))
    }
    if readOnTheRight.contains(value), type == .u8 {
      return .code(CodeFormat(bias: -128, isSigned: true))
    }
    return .code(CodeFormat(bias: 0, isSigned: type.isSigned))
  }
}
