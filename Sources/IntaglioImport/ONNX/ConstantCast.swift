/// Conversion of known tensors between element types.
struct ConstantCast {
  /// The node on whose behalf this converts, for messages.
  let node: ONNXNode

  init(_ node: ONNXNode) { self.node = node }

  /// `constant` with elements of `type`; reals become integers by truncation, numbers become
  /// truth values by comparison with zero.
  func cast(_ constant: ONNXConstant, to type: ONNXElementType) throws(ONNXFault) -> ONNXConstant {
    if constant.type == type { return constant }
    switch constant.elements {
    case .integers(let values):
      guard !type.isReal else { return try self.constant(constant.doubles, type, constant.shape) }
      let converted = values.map { type.wrapped($0) }
      return ONNXConstant(type, constant.shape, .integers(converted))
    case .floats, .doubles:
      return try self.constant(constant.doubles, type, constant.shape)
    }
  }

  /// A tensor of `type` with these elements, rounded to it.
  ///
  /// - Throws: `malformed` when an integer type cannot hold one of them.
  func constant(
    _ values: [Double],
    _ type: ONNXElementType,
    _ shape: [Int]
  ) throws(ONNXFault) -> ONNXConstant {
    switch type {
    case .double:
      return ONNXConstant(type, shape, .doubles(values))
    case .float, .float16, .bfloat16:
      return ONNXConstant(type, shape, .floats(values.map { type.rounded(Float($0)) }))
    case .bool:
      return ONNXConstant(type, shape, .integers(values.map { $0 == 0 ? 0 : 1 }))
    case .uint8, .int8, .uint16, .int16, .int32, .int64, .uint32, .uint64, .uint4, .int4, .uint2,
      .int2:
      let integers = values.compactMap { Int(exactly: $0.rounded(.towardZero)) }
      guard integers.count == values.count else {
        throw node.malformed(expected: "numbers that \(type.name) holds", found: "others")
      }
      return ONNXConstant(type, shape, .integers(integers.map { type.wrapped($0) }))
    }
  }
}
