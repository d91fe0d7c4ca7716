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

extension QuantizationParameters {
  /// The scale in input 1 of `call` and the real zero point in input `zeroPoint`, which stretch over an
  /// operand of `shape` as in NumPy.
  ///
  /// - Throws: `malformed` where they do not stretch, `unsupported` for a zero point that is no integer.
  init(stretching call: ONNXCall, over shape: [Int], zeroPoint: Int? = 2) throws(ONNXFault) {
    let node = call.node
    _ = try call.operand(1)
    guard let scales = try call.constant(1, "scale", advice: Self.advice), scales.type.isReal,
      Shape.broadcast(shape, scales.shape) == shape, scales.count > 0
    else { throw node.malformed(expected: "a scale that stretches over \(shape)", found: "others") }
    scale = Scale(try Self.exact(scales, node), shape: scales.shape)
    guard let index = zeroPoint,
      let zero = try call.constant(index, "zero point", advice: Self.advice)
    else {
      self.zeroPoint = ZeroPoint(0)
      return
    }
    guard Shape.broadcast(shape, zero.shape) == shape, zero.count > 0 else {
      throw node.malformed(
        expected: "a zero point that stretches over \(shape)",
        found: "\(zero.shape)"
      )
    }
    let integers = zero.doubles.compactMap { Int(exactly: $0) }.filter { abs($0) < 1 << 31 }
    guard integers.count == zero.count else {
      throw node.unsupported("a zero point that is no integer", advice: "round it")
    }
    self.zeroPoint = ZeroPoint(integers, shape: zero.shape)
  }
}
