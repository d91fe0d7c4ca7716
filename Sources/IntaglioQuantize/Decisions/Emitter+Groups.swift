package import IntaglioGraph
import IntaglioNumerics

// Hidden channels in groups: a part of a layer's columns, and what functions make of them.

extension Emitter {
  /// The codes of a linear layer's input as reals in units of codes.
  package struct Codes {
    /// In the order of `ChannelQuantizer.usual`.
    package let usual: Value
    package let outliers: Value?
  }

  /// The codes of an input whose channels stand in groups.
  mutating func groupedCodes(
    _ value: Value,
    _ quantizer: ChannelQuantizer,
    _ name: String
  ) throws(GraphError) -> Codes {
    var parts: [Value] = []
    let groups = quantizer.groups.isEmpty ? [quantizer.usual] : quantizer.groups
    for (index, group) in groups.enumerated() {
      let suffix = groups.count == 1 ? "" : ".\(index)"
      parts.append(
        try functionCodes(
          selected(value, Part(columns: group, suffix: suffix)),
          quantizer,
          group,
          quantizer.levels,
          name + suffix
        )
      )
    }
    let axis = source.type(of: value).shape.count - 1
    let usual = parts.count == 1 ? parts[0] : try graph.append(Node(.concat(axis: axis), parts))
    guard !quantizer.outliers.isEmpty else { return Codes(usual: usual, outliers: nil) }
    let outliers = try functionCodes(
      selected(value, Part(columns: quantizer.outliers, suffix: ".outliers")),
      quantizer,
      quantizer.outliers,
      nil,
      name + ".outliers",
      ChannelQuantizer.outlierType
    )
    return Codes(usual: usual, outliers: outliers)
  }

  /// The codes of what a function makes, as reals.
  ///
  /// - Parameters:
  ///   - real: some channels, the last axis.
  ///   - quantizer: of all channels.
  ///   - channels: which they are.
  ///   - levels: what codes stand for; `nil` for themselves.
  ///   - name: of the codes.
  ///   - type: of the codes, where it is not the quantizer's.
  /// - Returns: the codes, dequantized with scale 1.
  /// - Throws: `GraphError` when a decision does not fit: a defect.
  mutating func functionCodes(
    _ real: Value,
    _ quantizer: ChannelQuantizer,
    _ channels: [Int],
    _ levels: CodeLevels?,
    _ name: String,
    _ type: IntegerType? = nil
  ) throws(GraphError) -> Value {
    let even = quantizer.even(channels, type ?? quantizer.type)
    var codes = try graph.append(
      .quantize(even),
      real,
      name: levels == nil ? name : name + ".even"
    )
    if let levels { codes = try leveled(codes, levels, even.type, name) }
    return try graph.append(.dequantize(Dequantizer(scale: Scale(.one))), codes)
  }

  /// What the nearest of uneven levels make of even codes.
  mutating func leveled(
    _ codes: Value,
    _ levels: CodeLevels,
    _ type: IntegerType,
    _ name: String
  ) throws(GraphError) -> Value {
    let nearest = LookupFunction(levels.codeType, index: type, entries: levels.codes)
    let narrow = try graph.append(.integer(.lookup(nearest)), codes, name: name)
    let values = LookupFunction(type, index: levels.codeType, entries: levels.levels)
    return try graph.append(.integer(.lookup(values)), narrow)
  }

  /// Some channels of what `hiddenMultiplication` makes.
  private mutating func selected(_ value: Value, _ part: Part) throws(GraphError) -> Value {
    let node = source[value]
    if case .matmul = node.operation, let weights = source.constant(node.operands[1]) {
      return try linear(value, weights, part)
    }
    var operands: [Value] = []
    for operand in node.operands {
      if let constant = source.constant(operand) {
        let some = constant.count == 1 ? constant : constant.columns(part.columns)
        operands.append(try graph.append(.constant(some)))
      } else {
        operands.append(try selected(operand, part))
      }
    }
    return try graph.append(Node(node.operation, operands))
  }
}

extension ChannelQuantizer {
  /// The quantizer of some channels, before levels.
  func even(_ channels: [Int], _ type: IntegerType) -> Quantizer {
    let zeros = zeros ?? scales.map { _ in 0 }
    return Quantizer(
      type,
      scale: Scale(channels.map { Rational(of: scales[$0]) }, shape: [channels.count]),
      zeroPoint: ZeroPoint(channels.map { zeros[$0] }, shape: [channels.count])
    )
  }
}
