import IntaglioGraph

/// Matrix multiplications: MatMul, Gemm, Conv.
enum MatrixOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "Conv": convolution, "Gemm": gemm, "MatMul": matmul,
  ]

  /// NumPy's `matmul`: an operand with one axis is a row on the left and a column on the right.
  static func matmul(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    var (a, b) = (try call.operand(0), try call.operand(1))
    let (left, right) = (conversion.shape(of: a), conversion.shape(of: b))
    guard !left.isEmpty, !right.isEmpty else {
      throw call.node.malformed(expected: "matrices or vectors", found: "a single number")
    }
    if left.count == 1 { a = try conversion.layout(.reshape([1] + left), of: a, name: nil) }
    if right.count == 1 { b = try conversion.layout(.reshape(right + [1]), of: b, name: nil) }
    let operands = [try conversion.real(a, in: call), try conversion.real(b, in: call)]
    let product = try conversion.append(.matmul, operands, name: call.node.name)
    var shape = conversion.graph.type(of: product).shape
    if right.count == 1 { shape.removeLast() }
    if left.count == 1 { shape.remove(at: shape.count - (right.count == 1 ? 1 : 2)) }
    return [try conversion.layout(.reshape(shape), of: .computed(product), name: nil)]
  }

  /// alpha·A′·B′ + beta·C, where A′ and B′ may be transposed and C stretches over the product.
  static func gemm(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let node = call.node
    var (a, b) = (try call.operand(0), try call.operand(1))
    guard conversion.shape(of: a).count == 2, conversion.shape(of: b).count == 2 else {
      throw node.malformed(
        expected: "two matrices",
        found: "\(conversion.shape(of: a)) and \(conversion.shape(of: b))"
      )
    }
    if try node.int("transA") ?? 0 != 0 {
      a = try conversion.layout(.transpose([1, 0]), of: a, name: nil)
    }
    if try node.int("transB") ?? 0 != 0 {
      b = try conversion.layout(.transpose([1, 0]), of: b, name: nil)
    }
    let operands = [try conversion.real(a, in: call), try conversion.real(b, in: call)]
    var result = try conversion.append(.matmul, operands, name: node.name)
    result = try scaled(result, by: try node.float("alpha") ?? 1, &conversion)
    guard let addend = call.optional(2), try node.float("beta") ?? 1 != 0 else {
      return [.computed(result)]
    }
    let shape = conversion.graph.type(of: result).shape
    guard Shape.broadcast(conversion.shape(of: addend), shape) == shape else {
      throw node.malformed(
        expected: "a third input that stretches over \(shape)",
        found: "\(conversion.shape(of: addend))"
      )
    }
    let beta = try node.float("beta") ?? 1
    var scaledBias: Value
    if case .constant(let constant) = addend, constant.type.isReal {
      let factor = try ConstantCast(node).constant([Double(beta)], constant.type, [])
      let known = try ConstantArithmetic(call).apply(.multiply, constant, factor)
      scaledBias = try conversion.real(.constant(beta == 1 ? constant : known), in: call)
    } else {
      scaledBias = try scaled(try conversion.real(addend, in: call), by: beta, &conversion)
    }
    return [.computed(try conversion.append(.add, [result, scaledBias], name: nil))]
  }

  private static func scaled(
    _ value: Value,
    by factor: Float,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> Value {
    if factor == 1 { return value }
    let scale = try conversion.append(.constant(Tensor([factor], shape: [])), [], name: nil)
    return try conversion.append(.multiply, [value, scale], name: nil)
  }

  /// A convolution along two axes, `x [b, c, h, w]` with `w [o, c / group, kh, kw]`, or one, and a bias.
  static func convolution(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    var (x, w) = (try call.operand(0), try call.operand(1))
    var (image, kernel) = (conversion.shape(of: x), conversion.shape(of: w))
    let isLine = image.count == 3 && kernel.count == 3
    if isLine {
      image.insert(1, at: 2)
      kernel.insert(1, at: 2)
      x = try conversion.layout(.reshape(image), of: x, name: nil)
      w = try conversion.layout(.reshape(kernel), of: w, name: nil)
    }
    guard image.count == 4, kernel.count == 4 else {
      throw call.node.unsupported(
        "a convolution of \(image) with \(kernel)",
        advice: "use convolutions along one or two axes"
      )
    }
    let geometry = try ConvolutionGeometry(call, image: image, kernel: kernel, isLine: isLine)
    let operands = [try conversion.real(x, in: call), try conversion.real(w, in: call)]
    var result = try conversion.append(
      .convolution(geometry.convolution),
      operands,
      name: call.node.name
    )
    if let bias = call.optional(2) {
      guard conversion.shape(of: bias) == [kernel[0]] else {
        throw call.node.malformed(
          expected: "a bias of [\(kernel[0])]",
          found: "\(conversion.shape(of: bias))"
        )
      }
      let column = try conversion.layout(.reshape([kernel[0], 1, 1]), of: bias, name: nil)
      let addend = try conversion.real(column, in: call)
      result = try conversion.append(.add, [result, addend], name: nil)
    }
    guard isLine else { return [.computed(result)] }
    var line = conversion.graph.type(of: result).shape
    line.remove(at: 2)
    return [try conversion.layout(.reshape(line), of: .computed(result), name: nil)]
  }
}
