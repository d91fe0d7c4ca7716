import IntaglioGraph

/// The type of a model's input as its declaration says.
struct ONNXInputType {
  let type: ValueType

  /// The declared extents; dynamic ones are looked up in `dimensions` by their parameter.
  ///
  /// - Throws: `unsupported` for an axis that is dynamic and not the batch, and for inputs other
  ///   than tensors of reals and narrow integers.
  init(_ input: ONNXValueProto, dimensions: [String: Int]) throws(ONNXFault) {
    let place = "input \(input.name)"
    guard input.type.hasTensor, input.type.tensor.hasShape else {
      throw .unsupported(
        place: place,
        feature: "an input without a shape",
        advice: "export the model with the shape of its input"
      )
    }
    let tensor = input.type.tensor
    guard let element = ONNXElementType(rawValue: tensor.elementType),
      element.isReal || element.codeType != nil
    else {
      throw .unsupported(
        place: place,
        feature: "an input of element type number \(tensor.elementType)",
        advice: "use float"
      )
    }
    var shape: [Int] = []
    for (axis, extent) in tensor.shape.extents.enumerated() {
      shape.append(try Self.extent(extent, axis: axis, place, dimensions))
    }
    guard ONNXConversion.isSmall(shape) else {
      throw .malformed(
        place: place,
        expected: "at most \(ONNXTensorDecoder.largestCount) elements",
        found: "extents \(shape)"
      )
    }
    type = ValueType(element.codeType.map { .integer($0) } ?? .real, shape)
  }

  private static func extent(
    _ extent: ONNXExtentProto,
    axis: Int,
    _ place: String,
    _ dimensions: [String: Int]
  ) throws(ONNXFault) -> Int {
    let parameter: String
    switch extent.extent {
    case .value(let value):
      guard value > 0 else {
        throw .malformed(
          place: place,
          expected: "an extent ≥ 1 at axis \(axis)",
          found: "\(value)"
        )
      }
      return Int(value)
    case .parameter(let name): parameter = name
    case nil: parameter = ""
    }
    if let given = dimensions[parameter] {
      if given > 0 { return given }
      throw .malformed(place: place, expected: "an extent ≥ 1 for \(parameter)", found: "\(given)")
    }
    guard axis == 0 else {
      throw .unsupported(
        place: place,
        feature:
          "the dynamic extent \(parameter.isEmpty ? "(unnamed)" : parameter) of axis \(axis)",
        advice: "export the model with a fixed size there; only the first axis may be dynamic"
      )
    }
    return 1
  }
}
