import IntaglioGraph

/// Resize and Upsample: nearest neighbours as a Gather, linear and cubic interpolation as a product with a
/// matrix of shares, an axis at a time.
enum ResizeOperator {
  static let table: [String: ONNXOperators.Conversion] = ["Resize": resize, "Upsample": upsample]

  private static func resize(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let node = call.node
    let isOld = node.version < 11
    var options = try options(node)
    if isOld { options.coordinates = "asymmetric" }
    guard try node.string("keep_aspect_ratio_policy") ?? "stretch" == "stretch" else {
      throw node.unsupported("a resize that keeps proportions", advice: "state both sizes")
    }
    let scales = try call.constant(isOld ? 1 : 2, "list of scales")?.doubles
    return try resized(
      call,
      options,
      scales,
      isOld ? nil : try call.integers(3, "list of sizes"),
      &conversion
    )
  }

  private static func upsample(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    var options = try options(call.node)
    options.coordinates = "asymmetric"
    options.rounding = "floor"
    var scales = try call.node.floats("scales")?.map(Double.init)
    if scales == nil { scales = try call.constant(1, "list of scales")?.doubles }
    return try resized(call, options, scales, nil, &conversion)
  }

  private static func options(_ node: ONNXNode) throws(ONNXFault) -> ResizeAxis.Options {
    var options = ResizeAxis.Options()
    switch try node.string("mode") ?? "nearest" {
    case "nearest": options.mode = .nearest
    case "linear": options.mode = .linear
    case "cubic": options.mode = .cubic
    case let other: throw node.malformed(expected: "mode nearest, linear or cubic", found: other)
    }
    options.coordinates =
      try node.string("coordinate_transformation_mode") ?? options.coordinates
    // Before opset 11 places were rounded down.
    options.rounding =
      try node.string("nearest_mode") ?? (node.version < 11 ? "floor" : options.rounding)
    options.cubic = Double(try node.float("cubic_coeff_a") ?? -0.75)
    options.excludesOutside = try node.int("exclude_outside") ?? 0 != 0
    options.antialiases = try node.int("antialias") ?? 0 != 0
    return options
  }

  private static func resized(
    _ call: ONNXCall,
    _ options: ResizeAxis.Options,
    _ scales: [Double]?,
    _ sizes: [Int]?,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let node = call.node
    var operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    let axes = try call.axes(try node.ints("axes") ?? Array(shape.indices), rank: shape.count)
    let given = sizes.flatMap { $0.isEmpty ? nil : $0 }
    let factors = scales.flatMap { $0.isEmpty ? nil : $0 }
    guard (given == nil) != (factors == nil), (given?.count ?? factors?.count) == axes.count else {
      throw node.malformed(expected: "a size or a scale for each of \(axes)", found: "others")
    }
    for (index, axis) in axes.enumerated() {
      let extent = shape[axis]
      let scale = factors?[index] ?? Double(given?[index] ?? 0) / Double(extent)
      let output = given?[index] ?? Int(exactly: (Double(extent) * scale).rounded(.down)) ?? 0
      guard extent > 0, output > 0, scale > 0, scale.isFinite, call.isFoldable([output, extent])
      else {
        throw node.malformed(expected: "sizes ≥ 1 that are not too large", found: "\(output)")
      }
      if output == extent, scale == 1 { continue }
      let one = ResizeAxis(input: extent, output: output, scale: scale, options: options)
      operand = try resized(operand, axis: axis, one, call, &conversion)
    }
    return [operand]
  }

  private static func resized(
    _ operand: ONNXOperand,
    axis: Int,
    _ resize: ResizeAxis,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let name = call.node.name
    if resize.options.mode == .nearest {
      guard let indices = resize.nearest else { throw unknown(resize, call) }
      return try conversion.gather(operand, indices, axis: axis, in: call, name: name)
    }
    guard let shares = resize.shares else { throw unknown(resize, call) }
    let rank = conversion.shape(of: operand).count
    let matrix = Tensor(shares.map(Float.init), shape: [resize.output, resize.input])
    if axis == rank - 2 {
      let left = try conversion.append(.constant(matrix), [], name: nil)
      let value = try conversion.real(operand, in: call)
      return .computed(try conversion.append(.matmul, [left, value], name: name))
    }
    // The axis goes last, and back.
    var order = Array(0..<rank)
    order.swapAt(axis, rank - 1)
    let turned = try conversion.layout(.transpose(order), of: operand, name: nil)
    let isVector = rank == 1
    let rows =
      isVector ? try conversion.layout(.reshape([1, resize.input]), of: turned, name: nil) : turned
    let sources = Layout.transpose([1, 0]).sources(from: matrix.shape)
    let transposed = matrix.gathered(sources, shape: [resize.input, resize.output])
    let right = try conversion.append(.constant(transposed), [], name: nil)
    let value = try conversion.real(rows, in: call)
    let product = try conversion.append(.matmul, [value, right], name: name)
    if isVector {
      return try conversion.layout(.reshape([resize.output]), of: .computed(product), name: nil)
    }
    return try conversion.layout(.transpose(order), of: .computed(product), name: nil)
  }

  private static func unknown(_ resize: ResizeAxis, _ call: ONNXCall) -> ONNXFault {
    call.node.unsupported(
      "coordinates \(resize.options.coordinates) with rounding \(resize.options.rounding)",
      advice: "use half_pixel, align_corners or asymmetric"
    )
  }
}
