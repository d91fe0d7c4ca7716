import IntaglioGraph
import IntaglioNumerics

/// A real matmul seen through its operands: both dequantized, and every guard of the scale algebra
/// passed; or the first obstacle.
///
/// The law that moves the scales and the report that says why one stays read the same guards here.
struct MatmulAnalysis {
  let left: Dequantized
  let right: Dequantized
  /// The scale of the product, from the parts that do not vary along the sum.
  let scale: Scale

  init(_ matmul: Value, in graph: Graph) throws(Obstacle) {
    let node = graph[matmul]
    left = try Self.operand(node.operands[0], .left, in: graph)
    right = try Self.operand(node.operands[1], .right, in: graph)
    try Self.checkContraction(left, .left, in: graph)
    try Self.checkContraction(right, .right, in: graph)
    var ranges = Ranges(graph)
    if let bound = ranges.productBound(left.codes, right.codes),
      bound.magnitude > IntegerType.i32.range.upperBound
    {
      throw .overflow(magnitude: bound.magnitude)
    }
    guard let scale = left.dequantizer.scale.combined(right.dequantizer.scale, *) else {
      throw .zeroPointOverMatrix(side: .left, quantizer: graph.label(of: left.codes))
    }
    self.scale = scale
  }

  private static func operand(
    _ value: Value,
    _ side: Obstacle.Side,
    in graph: Graph
  ) throws(Obstacle) -> Dequantized {
    guard let operand = graph.dequantized(value) else {
      if !graph.dependsOnInput(value) { throw .realWeights(side: side) }
      let source = graph.withoutLayouts(value)
      if graph[source].operation == .softmax {
        throw .realSoftmax(side: side, softmax: graph.label(of: source))
      }
      throw .realOperand(side: side, producer: graph.label(of: value))
    }
    let label = graph.label(of: operand.codes)
    if let type = graph.type(of: operand.codes).integer, type.bits > 8 {
      throw .wideOperand(side: side, type: type, producer: label)
    }
    guard operand.dequantizer.offset.uniform?.isZero == true else {
      throw .offset(side: side, producer: label)
    }
    return operand
  }

  private static func checkContraction(
    _ operand: Dequantized,
    _ side: Obstacle.Side,
    in graph: Graph
  ) throws(Obstacle) {
    let along = side.contractionFromRight
    let label = graph.label(of: operand.codes)
    let scale = operand.dequantizer.scale
    guard scale.extent(fromRight: along) == 1 else {
      let rank = graph.type(of: operand.codes).shape.count
      throw .scaleAlongContraction(
        side: side,
        quantizer: label,
        axis: rank - along,
        scales: Obstacle.ScaleSummary(scale)
      )
    }
    let zeroPoint = operand.dequantizer.zeroPoint
    guard zeroPoint.extent(fromRight: 1) == 1 || zeroPoint.extent(fromRight: 2) == 1 else {
      throw .zeroPointOverMatrix(side: side, quantizer: label)
    }
  }
}

extension Obstacle.Side {
  /// Which axis from the right is summed over: columns of the left operand, rows of the right one.
  var contractionFromRight: Int {
    switch self {
    case .left: 1
    case .right: 2
    }
  }
}
