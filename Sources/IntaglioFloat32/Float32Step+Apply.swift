import IntaglioGraph
import IntaglioNumerics

extension Float32Step {
  /// Computes the node.
  ///
  /// Operands that nothing else holds may be changed in place.
  func apply(to operands: inout [Float32Tensor]) throws(EvaluationError) -> Float32Tensor {
    do {
      return try compute(&operands)
    } catch {
      throw .arithmetic(error, operation: operation.name, node: label)
    }
  }

  private func compute(
    _ operands: inout [Float32Tensor]
  ) throws(ArithmeticFault)
    -> Float32Tensor
  {
    switch operation {
    case .input: preconditionFailure("an input is given and not computed")
    case .constant(let tensor):
      tensor.integers.map { .integer($0.map { Int32($0) }) } ?? .real(tensor.floats)
    case .layout(let layout): move(operands[0], layout)
    case .concat(let axis): concat(operands, axis)
    case .matmul: try matmul(operands[0], operands[1])
    case .convolution: try convolve(operands[0], operands[1])
    case .add:
      try elementwise(operands, { $0 + $1 }, { $0.addingReportingOverflow($1) })
    case .subtract:
      try elementwise(operands, { $0 - $1 }, { $0.subtractingReportingOverflow($1) })
    case .multiply:
      try elementwise(operands, { $0 * $1 }, { $0.multipliedReportingOverflow(by: $1) })
    case .divide:
      .real(ElementKernels.zip(reals(operands[0]), reals(operands[1]), walk) { $0 / $1 })
    case .sum(let axis): try sum(operands[0], axis)
    case .mean(let axis): mean(operands[0], axis)
    case .function(let function): .real(function.applied(to: operands[0].takeReals()))
    case .softmax: .real(RowKernels.softmax(operands[0].takeReals(), width: type.shape.last ?? 1))
    case .rowExponential:
      .real(RowKernels.rowExponential(operands[0].takeReals(), width: type.shape.last ?? 1))
    case .layerNorm(let epsilon): .real(layerNorm(&operands, Float(epsilon)))
    case .rmsNorm(let epsilon): .real(rmsNorm(&operands, Float(epsilon)))
    case .quantize(let quantizer): try quantize(operands[0], quantizer)
    case .dequantize: dequantize(operands[0])
    case .requantize(let requantizer): requantize(operands[0], requantizer)
    case .integer(let function): integer(function, operands)
    }
  }

  private func layerNorm(_ operands: inout [Float32Tensor], _ epsilon: Float) -> [Float] {
    RowKernels.layerNorm(
      operands[0].takeReals(),
      gamma: reals(operands[1]),
      beta: reals(operands[2]),
      epsilon: epsilon
    )
  }

  private func rmsNorm(_ operands: inout [Float32Tensor], _ epsilon: Float) -> [Float] {
    RowKernels.rmsNorm(operands[0].takeReals(), gamma: reals(operands[1]), epsilon: epsilon)
  }

  /// Integers have one meaning everywhere.
  private func integer(
    _ function: IntegerFunction,
    _ operands: [Float32Tensor]
  ) -> Float32Tensor {
    let codes = function.apply(
      to: operands.map { integers($0).map { Int($0) } },
      shape: type.shape
    )
    return .integer(codes.map { Int32($0) })
  }

  private func reals(_ tensor: Float32Tensor) -> [Float] {
    guard let reals = tensor.reals else { preconditionFailure("\(operation.name) of integers") }
    return reals
  }

  private func integers(_ tensor: Float32Tensor) -> [Int32] {
    guard let integers = tensor.integers else { preconditionFailure("\(operation.name) of reals") }
    return integers
  }
}

// Layout

extension Float32Step {
  private func move(_ operand: Float32Tensor, _ layout: Layout) -> Float32Tensor {
    if case .reshape = layout { return operand }
    switch operand {
    case .real(let values): return .real(ElementKernels.gather(values, walk))
    case .integer(let values): return .integer(ElementKernels.gather(values, walk))
    }
  }

  private func concat(_ operands: [Float32Tensor], _ axis: Int) -> Float32Tensor {
    type.isInteger
      ? .integer(joined(operands.map(integers), axis)) : .real(joined(operands.map(reals), axis))
  }

  private func joined<Element>(_ operands: [[Element]], _ axis: Int) -> [Element] {
    let blocks = operandTypes.map { $0.shape[axis...].reduce(1, *) }
    var result: [Element] = []
    result.reserveCapacity(type.count)
    for index in 0..<type.shape[..<axis].reduce(1, *) {
      for (operand, block) in zip(operands, blocks) {
        result += operand[index * block..<(index + 1) * block]
      }
    }
    return result
  }
}

// Matrices

extension Float32Step {
  private func matmul(
    _ a: Float32Tensor,
    _ b: Float32Tensor
  ) throws(ArithmeticFault)
    -> Float32Tensor
  {
    let shapes = operandTypes.map(\.shape)
    let batch = MatrixBatch(shapes[0], shapes[1], result: type.shape).merged
    guard type.isInteger else { return .real(MatrixKernels.multiply(reals(a), reals(b), batch)) }
    return .integer(try factor(0, a).multiplied(by: factor(1, b), batch))
  }

  private func convolve(
    _ x: Float32Tensor,
    _ w: Float32Tensor
  ) throws(ArithmeticFault)
    -> Float32Tensor
  {
    guard let (geometry, sources) = convolution else {
      preconditionFailure("a convolution has a geometry")
    }
    let batch = MatrixBatch(geometry)
    let size = geometry.groupCount
    if type.isInteger {
      let columns = ElementKernels.columns(integers(x), sources, groupCount: size)
      return .integer(try factor(1, w).multiplied(by: IntegerFactor(columns), batch))
    }
    let columns = ElementKernels.columns(reals(x), sources, groupCount: size)
    return .real(MatrixKernels.multiply(reals(w), columns, batch))
  }

  private func factor(_ index: Int, _ tensor: Float32Tensor) -> IntegerFactor {
    if factors.indices.contains(index), let factor = factors[index] { return factor }
    return IntegerFactor(integers(tensor))
  }
}

// Elements

extension Float32Step {
  @inline(__always)
  private func elementwise(
    _ operands: [Float32Tensor],
    _ real: (Float, Float) -> Float,
    _ integer: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) throws(ArithmeticFault) -> Float32Tensor {
    guard type.isInteger else {
      return .real(ElementKernels.zip(reals(operands[0]), reals(operands[1]), walk, real))
    }
    // 64 bits hold the sum and the product of any two values that 32 bits hold.
    let wide = ElementKernels.zip(integers(operands[0]), integers(operands[1]), walk) {
      integer(Int($0), Int($1)).partialValue
    }
    return .integer(try accumulators(wide))
  }

  private func accumulators(_ wide: [Int]) throws(ArithmeticFault) -> [Int32] {
    if let stray = wide.first(where: { Int32(exactly: $0) == nil }) { throw .overflow(stray) }
    return wide.map { Int32(truncatingIfNeeded: $0) }
  }

  private func sum(
    _ operand: Float32Tensor,
    _ axis: Int
  ) throws(ArithmeticFault)
    -> Float32Tensor
  {
    let shape = operandTypes[0].shape
    switch operand {
    case .real(let values): return .real(ElementKernels.sums(values, shape, axis))
    case .integer(let values):
      return .integer(try accumulators(ElementKernels.sums(values.map(Int.init), shape, axis)))
    }
  }

  private func mean(_ operand: Float32Tensor, _ axis: Int) -> Float32Tensor {
    let shape = operandTypes[0].shape
    let count = Float(shape[axis])
    return .real(ElementKernels.sums(reals(operand), shape, axis).map { $0 / count })
  }
}

// Between reals and integers

extension Float32Step {
  private var own: Float32Parameters {
    guard let parameters else { preconditionFailure("\(operation.name) has parameters") }
    return parameters
  }

  private func quantize(
    _ operand: Float32Tensor,
    _ quantizer: Quantizer
  )
    throws(ArithmeticFault) -> Float32Tensor
  {
    let kernel = QuantizeKernel(parameters: own, walk: walk, quantizer)
    return .integer(try kernel.apply(to: reals(operand)))
  }

  private func dequantize(_ operand: Float32Tensor) -> Float32Tensor {
    let kernel = DequantizeKernel(parameters: own, walk: walk, operandTypes[0].integer ?? .i32)
    return .real(kernel.apply(to: integers(operand)))
  }

  private func requantize(
    _ operand: Float32Tensor,
    _ requantizer: Requantizer
  )
    -> Float32Tensor
  {
    let (parameters, range) = (own, requantizer.type.range)
    let entries = [Int32](0..<Int32(parameters.zeroPoint.count))
    return .integer(
      ElementKernels.zip(integers(operand), entries, walk) { code, entry in
        let zeroPoint = Int(parameters.zeroPoint[Int(entry)])
        let shifted = range.lowerBound - zeroPoint...range.upperBound - zeroPoint
        let rounded = parameters.rounding(Int(code), Int(entry), within: shifted)
        return Int32(truncatingIfNeeded: rounded + zeroPoint)
      }
    )
  }
}
