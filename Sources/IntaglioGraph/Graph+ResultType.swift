import IntaglioNumerics

extension Graph {
  /// The type that `node` would have.
  func resultType(of node: Node, name: String?) throws(GraphError) -> ValueType {
    let check = TypeCheck(
      operation: node.operation,
      operands: node.operands.map(type(of:)),
      name: name
    )
    let type = try check.result()
    guard Shape.count(type.shape) != nil else {
      throw .extent(operation: node.operation.name, shape: type.shape, node: name)
    }
    return type
  }
}

/// The typing rule of every operation.
private struct TypeCheck {
  let operation: Operation
  let operands: [ValueType]
  let name: String?

  func result() throws(GraphError) -> ValueType {
    switch operation {
    case .input(_, let type): try source(type)
    case .constant(let tensor): try source(tensor.type)
    case .layout(let layout): try self.layout(layout)
    case .concat(let axis): try concat(axis)
    case .matmul: try matmul()
    case .convolution(let geometry): try convolution(geometry)
    case .add, .subtract, .multiply: try elementwise()
    case .divide: try realElementwise()
    case .sum(let axis): try reduction(axis, realOnly: false)
    case .mean(let axis): try reduction(axis, realOnly: true)
    case .function(let function): try self.function(function)
    case .softmax, .rowExponential: try real(rank: 1)
    case .layerNorm(let epsilon): try norm(epsilon, vectors: 2, "gamma and beta")
    case .rmsNorm(let epsilon): try norm(epsilon, vectors: 1, "gamma")
    case .quantize(let quantizer): try quantize(quantizer)
    case .dequantize(let dequantizer): try dequantize(dequantizer)
    case .requantize(let requantizer): try requantize(requantizer)
    case .integer(let function): try integer(function)
    }
  }

  // Errors

  func mismatch(_ reason: String) -> GraphError {
    .mismatch(operation: operation.name, operands: operands, reason: reason, node: name)
  }

  func attribute(_ reason: String) -> GraphError {
    .attribute(operation: operation.name, operand: operands[0], reason: reason, node: name)
  }

  func expect(_ count: Int) throws(GraphError) {
    guard operands.count == count else {
      throw .arity(operation: operation.name, expected: count, found: operands.count, node: name)
    }
  }

  // Rules

  func source(_ type: ValueType) throws(GraphError) -> ValueType {
    try expect(0)
    return type
  }

  func layout(_ layout: Layout) throws(GraphError) -> ValueType {
    try expect(1)
    let shape = operands[0].shape
    switch layout {
    case .reshape(let target):
      guard Shape.count(target) == operands[0].count else {
        throw attribute("\(target) holds another number of elements")
      }
    case .transpose(let permutation):
      guard permutation.sorted() == Array(shape.indices) else {
        throw attribute("\(permutation) is no permutation of its axes")
      }
    case .slice(let axis, let start, let count):
      guard shape.indices.contains(axis) else { throw attribute("there is no axis \(axis)") }
      guard start >= 0, count >= 0, start <= shape[axis] - count else {
        throw attribute("\(count) elements from \(start) on leave axis \(axis)")
      }
    case .broadcast(let target):
      guard Shape.broadcast(shape, target) == target else {
        throw attribute("it does not stretch to \(target)")
      }
    }
    return ValueType(operands[0].element, layout.shape(from: shape))
  }

  func concat(_ axis: Int) throws(GraphError) -> ValueType {
    guard let first = operands.first else {
      throw .arity(operation: operation.name, expected: 1, found: 0, node: name)
    }
    guard first.shape.indices.contains(axis) else { throw attribute("there is no axis \(axis)") }
    var shape = first.shape
    shape[axis] = 0
    for operand in operands {
      var rest = operand.shape
      guard rest.count == shape.count, operand.element == first.element else {
        throw mismatch("ranks and element types must agree")
      }
      let extent = rest[axis]
      rest[axis] = shape[axis]
      guard rest == shape else { throw mismatch("dimensions must agree except along axis \(axis)") }
      shape[axis] += extent
    }
    return ValueType(first.element, shape)
  }

  /// The common element of real or integer operands.
  func element() throws(GraphError) -> ValueType.Element {
    guard operands.allSatisfy({ $0.isInteger == operands[0].isInteger }) else {
      throw mismatch("one is real and the other is not")
    }
    return operands[0].isInteger ? .integer(.i32) : .real
  }

  func matmul() throws(GraphError) -> ValueType {
    try expect(2)
    let (a, b) = (operands[0].shape, operands[1].shape)
    let element = try element()
    guard a.count >= 2, b.count >= 2 else { throw mismatch("a matrix needs two axes") }
    let (k, k2) = (a[a.count - 1], b[b.count - 2])
    guard k == k2 else { throw mismatch("\(k) columns against \(k2) rows") }
    guard let batch = Shape.broadcast(a.dropLast(2), b.dropLast(2)) else {
      throw mismatch("the leading axes do not broadcast")
    }
    return ValueType(element, batch + [a[a.count - 2], b[b.count - 1]])
  }

  func convolution(_ geometry: Convolution) throws(GraphError) -> ValueType {
    try expect(2)
    let (x, w) = (operands[0].shape, operands[1].shape)
    let element = try element()
    guard x.count == 4, w.count == 4 else {
      throw mismatch("expected [b, c, h, w] and [o, c, kh, kw]")
    }
    guard
      geometry.strides.count == 2, geometry.padding.count == 4, geometry.dilations.count == 2,
      (geometry.strides + geometry.dilations + [geometry.groups]).allSatisfy(
        (1...Shape.countLimit).contains
      ),
      geometry.padding.allSatisfy((0...Shape.countLimit).contains)
    else { throw attribute("strides, padding, dilations or groups are out of range") }
    guard w[1] * geometry.groups == x[1], w[0] % geometry.groups == 0 else {
      throw mismatch("\(x[1]) channels in \(geometry.groups) groups against \(w[1]) per group")
    }
    var extents: [Int] = []
    for axis in 0..<2 {
      let padded = x[2 + axis] + geometry.padding[axis] + geometry.padding[axis + 2]
      let window = (w[2 + axis] - 1) * geometry.dilations[axis] + 1
      guard padded >= window, w[2 + axis] > 0 else {
        throw mismatch("the window is larger than the image")
      }
      extents.append((padded - window) / geometry.strides[axis] + 1)
    }
    return ValueType(element, [x[0], w[0]] + extents)
  }

  func elementwise() throws(GraphError) -> ValueType {
    try expect(2)
    let element = try element()
    guard let shape = Shape.broadcast(operands[0].shape, operands[1].shape) else {
      throw mismatch("the shapes do not broadcast")
    }
    return ValueType(element, shape)
  }

  func requireReal() throws(GraphError) {
    guard operands.allSatisfy({ !$0.isInteger }) else { throw mismatch("expected real operands") }
  }

  func realElementwise() throws(GraphError) -> ValueType {
    try requireReal()
    return try elementwise()
  }

  func reduction(_ axis: Int, realOnly: Bool) throws(GraphError) -> ValueType {
    try expect(1)
    if realOnly { try requireReal() }
    var shape = operands[0].shape
    guard shape.indices.contains(axis) else { throw attribute("there is no axis \(axis)") }
    guard !realOnly || shape[axis] > 0 else { throw attribute("there is no mean of no elements") }
    shape[axis] = 1
    return ValueType(try element(), shape)
  }

  func real(rank: Int) throws(GraphError) -> ValueType {
    try expect(1)
    try requireReal()
    guard operands[0].shape.count >= rank else { throw attribute("expected at least one axis") }
    return operands[0]
  }

  func function(_ function: Function) throws(GraphError) -> ValueType {
    if case .clip(let lower, let upper) = function, !(lower <= upper) {
      try expect(1)
      throw attribute("the lower end is above the upper one, or one is not a number")
    }
    return try real(rank: 0)
  }

  func norm(
    _ epsilon: Double,
    vectors: Int,
    _ names: String
  ) throws(GraphError) -> ValueType {
    try expect(1 + vectors)
    try requireReal()
    guard let width = operands[0].shape.last,
      operands.dropFirst().allSatisfy({ $0.shape == [width] })
    else { throw mismatch("\(names) must have one value per element of the last axis") }
    guard epsilon.isFinite, epsilon >= 0 else { throw attribute("epsilon is \(epsilon)") }
    return operands[0]
  }

  func check(_ scale: Scale, _ what: String, mayBeZero: Bool = false) throws(GraphError) {
    guard scale.fits(operands[0].shape) else {
      throw attribute("\(what) of shape \(scale.shape) does not stretch over it")
    }
    guard mayBeZero || !scale.values.contains(where: \.isZero) else {
      throw attribute("\(what) is zero")
    }
  }

  func check(_ zeroPoint: ZeroPoint) throws(GraphError) {
    guard zeroPoint.fits(operands[0].shape) else {
      throw attribute("zero point of shape \(zeroPoint.shape) does not stretch over it")
    }
    guard zeroPoint.values.allSatisfy(IntegerType.i32.range.contains) else {
      throw attribute("a zero point does not fit i32")
    }
  }

  func quantize(_ quantizer: Quantizer) throws(GraphError) -> ValueType {
    try expect(1)
    try requireReal()
    try check(quantizer.scale, "scale")
    try check(quantizer.zeroPoint)
    return ValueType(.integer(quantizer.type), operands[0].shape)
  }

  func dequantize(_ dequantizer: Dequantizer) throws(GraphError) -> ValueType {
    try expect(1)
    guard operands[0].isInteger else { throw attribute("expected integers") }
    try check(dequantizer.scale, "scale")
    try check(dequantizer.zeroPoint)
    try check(dequantizer.offset, "offset", mayBeZero: true)
    return ValueType(.real, operands[0].shape)
  }

  func integer(_ function: IntegerFunction) throws(GraphError) -> ValueType {
    try expect(function.operandCount)
    if let fault = function.fault(operands) {
      throw operands.count == 1 ? attribute(fault) : mismatch(fault)
    }
    if case .norm(let norm) = function { try check(norm.requantizer) }
    if case .quotient(let quotient) = function { try check(quotient.requantizer) }
    return ValueType(.integer(function.type), operands[0].shape)
  }

  private func check(_ requantizer: Requantizer) throws(GraphError) {
    try check(requantizer.offset, "offset", mayBeZero: true)
    try check(requantizer.multiplier, "multiplier", mayBeZero: true)
    try check(requantizer.zeroPoint)
  }

  func requantize(_ requantizer: Requantizer) throws(GraphError) -> ValueType {
    try expect(1)
    guard operands[0].isInteger else { throw attribute("expected integers") }
    try check(requantizer.multiplier, "multiplier")
    try check(requantizer.offset, "offset", mayBeZero: true)
    try check(requantizer.zeroPoint)
    return ValueType(.integer(requantizer.type), operands[0].shape)
  }
}
