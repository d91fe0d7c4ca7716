import IntaglioGraph
import IntaglioNumerics

/// One node of a graph, prepared: everything that does not depend on the inputs of a run.
struct Float32Step: Sendable {
  let operation: IntaglioGraph.Operation
  let operandTypes: [ValueType]
  let type: ValueType
  let label: String
  /// How the operands, or the operand and the parameters, are read.
  let walk: StridedWalk
  let parameters: Float32Parameters?
  /// The geometry of a convolution and the sources of its column matrix.
  let convolution: (geometry: ConvolutionGeometry, sources: [Int32])?
  /// The constant factors of an integer product.
  private(set) var factors: [IntegerFactor?] = []

  init(_ value: Value, of graph: Graph) throws(EvaluationError) {
    let node = graph[value]
    self.operation = node.operation
    self.operandTypes = node.operands.map(graph.type(of:))
    self.type = graph.type(of: value)
    self.label = graph.label(of: value)
    self.parameters = Float32Parameters(node.operation)
    self.walk = Self.walk(node.operation, operandTypes.map(\.shape), type.shape, parameters)
    self.convolution = Self.convolution(node.operation, operandTypes.map(\.shape), type.shape)
    if let integer = type.integer, integer.bits == 32, !integer.isSigned {
      throw .unsupported(type, reason: "unsigned integers end at 31 bits here", node: label)
    }
    guard node.operation.affine == nil || parameters != nil else {
      throw .unsupported(type, reason: "the zero point leaves i32", node: label)
    }
  }

  /// The same step with what its constant operands allow to do beforehand.
  func prepared(with constants: [Float32Tensor?]) -> Float32Step {
    guard operation.isMatrixMultiplication, type.isInteger else { return self }
    var step = self
    step.factors = constants.map { $0?.integers.map { IntegerFactor($0) } }
    return step
  }

  private static func walk(
    _ operation: IntaglioGraph.Operation,
    _ operands: [[Int]],
    _ result: [Int],
    _ parameters: Float32Parameters?
  ) -> StridedWalk {
    if case .layout(let layout) = operation { return StridedWalk(layout, from: operands[0]) }
    return switch operation.family {
    case .arithmetic: StridedWalk(stretching: operands, over: result)
    case .quantization: StridedWalk(stretching: [result, parameters?.shape ?? []], over: result)
    case .source, .movement, .matrixProduct, .reduction, .function, .row, .integer:
      StridedWalk(stretching: [result], over: result)
    }
  }

  private static func convolution(
    _ operation: IntaglioGraph.Operation,
    _ operands: [[Int]],
    _ result: [Int]
  ) -> (geometry: ConvolutionGeometry, sources: [Int32])? {
    guard case .convolution(let convolution) = operation else { return nil }
    let geometry = ConvolutionGeometry(
      convolution,
      input: operands[0],
      weight: operands[1],
      output: result
    )
    return (geometry, geometry.columnSources)
  }
}
