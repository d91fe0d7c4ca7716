import IntaglioGraph

// Quantizers that stand where their operand is computed.

extension Emitter {
  /// The codes of `value`, made right behind the function or norm that it is a change of place of, so that
  /// no real number moves; else where `value` is.
  mutating func originCodes(
    _ value: Value,
    _ quantizer: Quantizer,
    _ name: String
  ) throws(GraphError) -> Value {
    let (origin, layouts) = source.origin(of: value)
    let operation = source[origin].operation
    guard !layouts.isEmpty, layouts.allSatisfy(\.keepsEveryElement),
      operation.family == .function || operation.isNormalization
    else { return try graph.append(.quantize(quantizer), image(value), name: name) }
    var shapes = [source.type(of: origin).shape]
    for layout in layouts { shapes.append(layout.shape(from: shapes[shapes.count - 1])) }
    var (scale, zeroPoint) = (quantizer.scale, quantizer.zeroPoint)
    for (index, layout) in layouts.enumerated().reversed() {
      guard let inverse = layout.inverse(from: shapes[index]) else { continue }
      scale = scale.moved(inverse, from: shapes[index + 1])
      zeroPoint = zeroPoint.moved(inverse, from: shapes[index + 1])
    }
    var codes = try graph.append(
      .quantize(Quantizer(quantizer.type, scale: scale, zeroPoint: zeroPoint)),
      image(origin),
      name: name
    )
    for layout in layouts { codes = try graph.append(.layout(layout), codes) }
    return codes
  }
}

extension Layout {
  /// What undoes this layout of a value of `shape`; `nil` where elements are dropped or repeated.
  fileprivate func inverse(from shape: [Int]) -> Layout? {
    switch self {
    case .reshape: .reshape(shape)
    case .transpose(let axes): .transpose(axes.indices.sorted { axes[$0] < axes[$1] })
    case .slice, .broadcast: nil
    }
  }
}
