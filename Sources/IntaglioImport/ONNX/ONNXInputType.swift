import IntaglioData
import IntaglioGraph

/// The type of a model's input as its declaration says.
struct ONNXInputType {
  let type: ValueType

  /// What is known of dynamic axes.
  struct Extents {
    /// By the parameter that the file names.
    let dimensions: [String: Int]
    /// What the configuration says of images.
    let image: ImageExtents?

    /// The extent of `axis` of an image of four axes, `nil` where nothing tells it.
    func ofImage(axis: Int) -> Int? {
      guard let image, (1...3).contains(axis) else { return nil }
      return axis == 1 ? image.channels : image.size[axis - 2]
    }
  }

  /// The declared dimensions; dynamic ones are looked up by their parameter, then in what is known of
  /// images where the input is one.
  ///
  /// - Throws: `unsupported` for an axis that is dynamic and not the batch, and for inputs other
  ///   than tensors of reals and narrow integers.
  init(_ input: ONNXValueProto, _ known: Extents) throws(ONNXFault) {
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
    let isImage = tensor.shape.extents.count == 4
    for (axis, extent) in tensor.shape.extents.enumerated() {
      let image = isImage ? known.ofImage(axis: axis) : nil
      shape.append(
        try Self.extent(extent, axis: axis, place, known.dimensions, image, isImage: isImage)
      )
    }
    guard ONNXConversion.isSmall(shape) else {
      throw .malformed(
        place: place,
        expected: "at most \(ONNXTensorDecoder.largestCount) elements",
        found: "dimensions \(shape)"
      )
    }
    type = ValueType(element.codeType.map { .integer($0) } ?? .real, shape)
  }

  private static func extent(
    _ extent: ONNXExtentProto,
    axis: Int,
    _ place: String,
    _ dimensions: [String: Int],
    _ image: Int?,
    isImage: Bool
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
    if let image { return image }
    guard axis == 0 else {
      let advice = "export the model with a fixed size there; only the first axis may be dynamic"
      throw .unsupported(
        place: place,
        feature:
          "the dynamic extent \(parameter.isEmpty ? "(unnamed)" : parameter) of axis \(axis)",
        advice: isImage
          ? "state \"input_size\": [channels, height, width] in the model's JSON file, or \(advice)"
          : advice
      )
    }
    return 1
  }
}
