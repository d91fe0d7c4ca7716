import IntaglioGraph
import IntaglioNumerics

/// Scale and zero point of a `QuantizeLinear` or `DequantizeLinear` node, lined up with its operand.
struct QuantizationParameters {
  let scale: Scale
  let zeroPoint: ZeroPoint

  /// The parameters in inputs 1 and 2 of `call` for an operand of `shape`.
  ///
  /// - Throws: `malformed` for a scale that is zero or not finite, or that does not fit the axis.
  init(_ call: ONNXCall, shape: [Int]) throws(ONNXFault) {
    let node = call.node
    _ = try call.operand(1)
    guard let scales = try call.constant(1, "scale", advice: Self.advice), scales.type.isReal else {
      throw node.malformed(expected: "a scale of reals", found: "integers")
    }
    let values = try Self.exact(scales, node)
    let zeroPoint = try call.constant(2, "zero point", advice: Self.advice)
    if let zeroPoint, zeroPoint.shape.reduce(1, *) != values.count {
      throw node.malformed(
        expected: "a zero point of \(scales.shape), as the scale",
        found: "\(zeroPoint.shape)"
      )
    }
    let zeroPoints = zeroPoint?.integers ?? values.map { _ in 0 }
    if values.count == 1, scales.shape.count <= 1 {
      scale = Scale(values[0])
      self.zeroPoint = ZeroPoint(zeroPoints[0])
      return
    }
    let axis = try Self.axis(call, scales: scales.shape, shape: shape)
    scale = Scale(values, axis: axis, rank: shape.count)
    self.zeroPoint = ZeroPoint(zeroPoints, axis: axis, rank: shape.count)
  }

  static let advice = "quantize statically: scales and zero points have to be constants"

  private static func exact(
    _ scales: ONNXConstant,
    _ node: ONNXNode
  ) throws(ONNXFault) -> [Rational] {
    var result: [Rational] = []
    for (index, value) in scales.doubles.enumerated() {
      guard let exact = Rational(exactly: value), !exact.isZero else {
        throw node.malformed(
          expected: "a finite scale other than zero",
          found: "\(value)" + (scales.count > 1 ? " at position \(index)" : "")
        )
      }
      result.append(exact)
    }
    return result
  }

  /// The axis along which scales vary, 1 by default.
  private static func axis(
    _ call: ONNXCall,
    scales: [Int],
    shape: [Int]
  ) throws(ONNXFault) -> Int {
    let node = call.node
    let blockSize = try node.int("block_size") ?? 0
    if scales.count > 1 || blockSize != 0 {
      throw node.unsupported(
        "quantization in blocks (scale of \(scales))",
        advice: "it is not there yet: quantize per tensor or per channel"
      )
    }
    guard let extent = scales.first else {
      throw node.malformed(expected: "a scale", found: "an empty one")
    }
    let axis = try call.axis(try node.int("axis") ?? 1, rank: shape.count)
    guard shape[axis] == extent, extent > 0 else {
      throw node.malformed(
        expected: "\(shape[axis]) scales for axis \(axis) of \(shape)",
        found: "\(extent)"
      )
    }
    return axis
  }
}
