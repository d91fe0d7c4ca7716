import IntaglioData
import IntaglioGraph

/// QLinearMatMul, QGemm and QLinearConv.
///
/// A bias of 32-bit integers has the scale of the product and the zero point 0.
enum QLinearMatrixOperators {
  static let window: Set = ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"]

  /// a and b, each with scale and zero point; rows of a and columns of b may have scales of their own.
  static func matmul(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    let rank = conversion.shape(of: try call.operand(0)).count
    for index in [1, 4] {
      let scale = conversion.shape(of: try call.operand(index))
      guard scale.count <= 1 else {
        throw call.node.unsupported(
          "a scale of \(scale) for a matrix",
          advice: "quantize per tensor, per row or per column"
        )
      }
    }
    let a = try steps.dequantized(0, axis: rank > 1 ? rank - 2 : 0, in: &conversion)
    let b = try steps.dequantized(3, axis: -1, in: &conversion)
    let product = try steps("MatMul", [a, b], name: call.node.name, in: &conversion)
    return [try steps.quantized(product, at: 6, like: 0, in: &conversion)]
  }

  /// alpha·(a·b + c); without a scale for the result it stays real.
  static func gemm(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    let alpha = try call.node.float("alpha") ?? 1
    let isTransposed = try call.node.int("transB") ?? 0 != 0
    let a = try steps.dequantized(0, in: &conversion)
    let b = try steps.dequantized(3, axis: isTransposed ? 0 : 1, in: &conversion)
    var operands = [a, b]
    if let bias = call.optional(6) {
      operands.append(try dequantized(bias, scales: 1, 4, alpha, axis: -1, steps, &conversion))
    }
    let attributes = call.node.protos(["alpha", "transA", "transB"])
    let result = try steps("Gemm", operands, attributes, name: call.node.name, in: &conversion)
    guard call.optional(7) != nil else { return [result] }
    return [try steps.quantized(result, at: 7, like: 0, in: &conversion)]
  }

  /// x, weights with a scale per output channel, the result's scale, and a bias.
  static func convolution(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    try steps.checkChannelsFirst()
    let x = try steps.dequantized(0, in: &conversion)
    let w = try steps.dequantized(3, in: &conversion)
    var operands = [x, w]
    if let bias = call.optional(8) {
      operands.append(try dequantized(bias, scales: 1, 4, 1, axis: 0, steps, &conversion))
    }
    let attributes = call.node.protos(window.sorted())
    let result = try steps("Conv", operands, attributes, name: call.node.name, in: &conversion)
    return [try steps.quantized(result, at: 6, like: 0, in: &conversion)]
  }

  /// Integers whose scale is the product of those in inputs `a` and `b`, times `factor`.
  private static func dequantized(
    _ bias: ONNXOperand,
    scales a: Int,
    _ b: Int,
    _ factor: Float,
    axis: Int,
    _ steps: ONNXComposition,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let call = steps.call
    let advice = QuantizationParameters.advice
    guard let first = try call.constant(a, "scale", advice: advice),
      let second = try call.constant(b, "scale", advice: advice), first.count == 1
    else { throw call.node.malformed(expected: "one scale for the first matrix", found: "others") }
    // Two floats have an exact product in double.
    let scales = second.doubles.map { $0 * first.doubles[0] * Double(factor) }
    let scale = ONNXConstant(.double, second.shape, .doubles(scales))
    let isScalar = conversion.shape(of: bias).isEmpty
    return try steps(
      "DequantizeLinear",
      [bias, .constant(scale)],
      isScalar ? [] : [.integer("axis", axis)],
      name: "\(call.node.name)/bias",
      in: &conversion
    )
  }
}
