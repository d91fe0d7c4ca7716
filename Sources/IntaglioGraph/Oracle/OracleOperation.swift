import IntaglioNumerics

/// One operation with everything that its meaning needs: types and converted parameters.
struct OracleOperation<Number: OracleNumber> {
  let operation: Operation
  let operandTypes: [ValueType]
  let type: ValueType
  let parameters: OracleParameters<Number>?

  /// - Precondition: the graph has typed the operation; `operands` are of `operandTypes`.
  func apply(to operands: [OracleTensor<Number>]) throws(ArithmeticFault) -> OracleTensor<Number> {
    switch operation {
    case .input: preconditionFailure("an input has no operands to apply to")
    case .constant(let tensor): try constant(tensor)
    case .layout(let layout): move(operands[0], layout)
    case .concat(let axis): concat(operands, axis)
    case .matmul: try matmul(operands[0], operands[1])
    case .convolution(let convolution): try convolve(operands[0], operands[1], convolution)
    case .add: try elementwise(operands, +, IntegerArithmetic.add)
    case .subtract: try elementwise(operands, -, IntegerArithmetic.subtract)
    case .multiply: try elementwise(operands, *, IntegerArithmetic.multiply)
    case .sum(let axis): try sum(operands[0], axis)
    case .divide: try divide(operands)
    case .mean(let axis): try mean(operands[0], axis)
    case .function(let function): try self.function(function, operands[0])
    case .softmax: .real(try Number.softmax(reals(operands[0]), width: type.shape.last ?? 1))
    case .rowExponential:
      .real(try Number.rowExponential(reals(operands[0]), width: type.shape.last ?? 1))
    case .layerNorm(let epsilon):
      .real(
        try Number.layerNorm(
          reals(operands[0]),
          gamma: reals(operands[1]),
          beta: reals(operands[2]),
          epsilon: epsilon
        )
      )
    case .rmsNorm(let epsilon):
      .real(
        try Number.rmsNorm(reals(operands[0]), gamma: reals(operands[1]), epsilon: epsilon)
      )
    case .quantize(let quantizer): try quantize(operands[0], quantizer)
    case .dequantize: dequantize(operands[0])
    case .requantize(let requantizer): requantize(operands[0], requantizer)
    case .integer(let function):
      .integer(function.apply(to: operands.map(integers), shape: type.shape))
    }
  }

  func reals(_ tensor: OracleTensor<Number>) -> [Number] {
    guard let reals = tensor.reals else { preconditionFailure("\(operation.name) of integers") }
    return reals
  }

  func integers(_ tensor: OracleTensor<Number>) -> [Int] {
    guard let integers = tensor.integers else { preconditionFailure("\(operation.name) of reals") }
    return integers
  }

  private func constant(_ tensor: Tensor) throws(ArithmeticFault) -> OracleTensor<Number> {
    if let integers = tensor.integers { return .integer(integers) }
    var values: [Number] = []
    values.reserveCapacity(tensor.count)
    for value in tensor.doubles { values.append(try Number(constant: value)) }
    return .real(values)
  }
}

// Layout

extension OracleOperation {
  private func move(_ operand: OracleTensor<Number>, _ layout: Layout) -> OracleTensor<Number> {
    if case .reshape = layout { return operand }
    let walk = StridedWalk(layout, from: operandTypes[0].shape)
    switch operand {
    case .real(let values): return .real(walk.collect { values[$0] })
    case .integer(let values): return .integer(walk.collect { values[$0] })
    }
  }

  private func concat(_ operands: [OracleTensor<Number>], _ axis: Int) -> OracleTensor<Number> {
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

extension OracleOperation {
  private func matmul(
    _ a: OracleTensor<Number>,
    _ b: OracleTensor<Number>
  ) throws(ArithmeticFault)
    -> OracleTensor<Number>
  {
    let batch = MatrixBatch(operandTypes[0].shape, operandTypes[1].shape, result: type.shape)
    guard type.isInteger else { return .real(Number.multiply(reals(a), reals(b), batch)) }
    return .integer(try IntegerArithmetic.multiply(integers(a), integers(b), batch))
  }

  private func convolve(
    _ x: OracleTensor<Number>,
    _ w: OracleTensor<Number>,
    _ convolution: Convolution
  ) throws(ArithmeticFault) -> OracleTensor<Number> {
    let geometry = ConvolutionGeometry(
      convolution,
      input: operandTypes[0].shape,
      weight: operandTypes[1].shape,
      output: type.shape
    )
    let batch = MatrixBatch(geometry)
    if type.isInteger {
      let columns = geometry.columns(of: integers(x), padding: 0)
      return .integer(try IntegerArithmetic.multiply(integers(w), columns, batch))
    }
    let columns = geometry.columns(of: reals(x), padding: Number(0))
    return .real(Number.multiply(reals(w), columns, batch))
  }
}

// Elements

extension OracleOperation {
  private func elementwise(
    _ operands: [OracleTensor<Number>],
    _ real: (Number, Number) -> Number,
    _ integer: (Int, Int) throws(ArithmeticFault) -> Int
  ) throws(ArithmeticFault) -> OracleTensor<Number> {
    let walk = StridedWalk(stretching: operandTypes.map(\.shape), over: type.shape)
    if type.isInteger {
      let (a, b) = (integers(operands[0]), integers(operands[1]))
      return .integer(
        try walk.collect { (i, j) throws(ArithmeticFault) in try integer(a[i], b[j]) }
      )
    }
    let (a, b) = (reals(operands[0]), reals(operands[1]))
    return .real(walk.collect { i, j in real(a[i], b[j]) })
  }

  private func divide(
    _ operands: [OracleTensor<Number>]
  ) throws(ArithmeticFault)
    -> OracleTensor<Number>
  {
    let walk = StridedWalk(stretching: operandTypes.map(\.shape), over: type.shape)
    let (a, b) = (reals(operands[0]), reals(operands[1]))
    return .real(
      try walk.collect { (i, j) throws(ArithmeticFault) in try a[i].divided(by: b[j]) }
    )
  }

  private func function(
    _ function: Function,
    _ operand: OracleTensor<Number>
  )
    throws(ArithmeticFault) -> OracleTensor<Number>
  {
    var values = reals(operand)
    for index in values.indices { values[index] = try values[index].applying(function) }
    return .real(values)
  }

  private func sum(
    _ operand: OracleTensor<Number>,
    _ axis: Int
  ) throws(ArithmeticFault)
    -> OracleTensor<Number>
  {
    guard type.isInteger else { return .real(sums(reals(operand), axis, zero: Number(0), +)) }
    // Operands have at most 32 bits, and fewer than 2³¹ of them exist: 64 bits hold every sum.
    var sums = sums(integers(operand), axis, zero: 0, +)
    for index in sums.indices { sums[index] = try IntegerArithmetic.accumulator(sums[index]) }
    return .integer(sums)
  }

  private func mean(
    _ operand: OracleTensor<Number>,
    _ axis: Int
  ) throws(ArithmeticFault)
    -> OracleTensor<Number>
  {
    var means = sums(reals(operand), axis, zero: Number(0), +)
    let count = Number(operandTypes[0].shape[axis])
    for index in means.indices { means[index] = try means[index].divided(by: count) }
    return .real(means)
  }

  /// Sums along `axis`, in increasing order of index.
  private func sums<Element>(
    _ values: [Element],
    _ axis: Int,
    zero: Element,
    _ add: (Element, Element) -> Element
  ) -> [Element] {
    let shape = operandTypes[0].shape
    let inner = shape[(axis + 1)...].reduce(1, *)
    var result = [Element](repeating: zero, count: type.count)
    for outer in 0..<shape[..<axis].reduce(1, *) {
      for index in 0..<shape[axis] {
        let source = (outer * shape[axis] + index) * inner
        for place in 0..<inner {
          result[outer * inner + place] = add(result[outer * inner + place], values[source + place])
        }
      }
    }
    return result
  }
}

// Between reals and integers

extension OracleOperation {
  /// The parameters and how they stretch over the operand, which is the first array of the walk.
  private var stretched: (OracleParameters<Number>, StridedWalk) {
    guard let parameters else { preconditionFailure("\(operation.name) has parameters") }
    let shape = type.shape
    return (parameters, StridedWalk(stretching: [shape, parameters.shape], over: shape))
  }

  private func quantize(
    _ operand: OracleTensor<Number>,
    _ quantizer: Quantizer
  )
    throws(ArithmeticFault) -> OracleTensor<Number>
  {
    let (parameters, walk) = stretched
    let (values, range) = (reals(operand), quantizer.type.range)
    return .integer(
      try walk.collect { (i, j) throws(ArithmeticFault) in
        try values[i].quantized(
          scale: parameters.scale[j],
          zeroPoint: parameters.zeroPoint[j],
          within: range,
          quantizer.placement
        )
      }
    )
  }

  private func dequantize(_ operand: OracleTensor<Number>) -> OracleTensor<Number> {
    let (parameters, walk) = stretched
    let codes = integers(operand)
    return .real(
      walk.collect { i, j in
        let value = Number(codes[i] - parameters.zeroPoint[j]) * parameters.scale[j]
        return parameters.offset[j].map { value + $0 } ?? value
      }
    )
  }

  private func requantize(
    _ operand: OracleTensor<Number>,
    _ requantizer: Requantizer
  )
    -> OracleTensor<Number>
  {
    let (parameters, walk) = stretched
    let (codes, range) = (integers(operand), requantizer.type.range)
    return .integer(
      walk.collect { i, j in
        let zeroPoint = parameters.zeroPoint[j]
        let shifted = range.lowerBound - zeroPoint...range.upperBound - zeroPoint
        return parameters.rounding(codes[i], j, within: shifted) + zeroPoint
      }
    )
  }
}
