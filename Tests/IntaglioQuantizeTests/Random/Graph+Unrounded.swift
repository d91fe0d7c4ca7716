import IntaglioGraph
import IntaglioNumerics

extension Graph {
  /// The same with quantizers that neither round nor clamp.
  ///
  /// Codes are real numbers, and tables of levels the functions that they stand for. What is left is what was
  /// folded, moved, cut and joined.
  ///
  /// - Throws: `UnroundedError` for a table of another kind.
  func unrounded() throws -> Graph {
    var result = Graph()
    var images: [Value: Value] = [:]
    func scalars(_ scale: Scale, _ graph: inout Graph) throws -> Value {
      try graph.append(.constant(Tensor(scale.map(\.doubleValue).values, shape: scale.shape)))
    }
    func points(_ zeroPoint: ZeroPoint, _ graph: inout Graph) throws -> Value {
      try graph.append(.constant(Tensor(zeroPoint.values.map(Double.init), shape: zeroPoint.shape)))
    }
    for value in live {
      let node = self[value]
      let operands = node.operands.compactMap { images[$0] }
      switch node.operation {
      case .quantize(let quantizer):
        let steps = try result.append(.divide, operands[0], scalars(quantizer.scale, &result))
        images[value] = try result.append(.add, steps, points(quantizer.zeroPoint, &result))
      case .dequantize(let dequantizer) where !result.type(of: operands[0]).isInteger:
        let steps = try result.append(
          .subtract,
          operands[0],
          points(dequantizer.zeroPoint, &result)
        )
        let real = try result.append(.multiply, steps, scalars(dequantizer.scale, &result))
        images[value] = try result.append(.add, real, scalars(dequantizer.offset, &result))
      case .integer(.lookup(let lookup)):
        images[value] = try looked(lookup, operands[0], value, &result)
      default:
        images[value] = try result.append(Node(node.operation, operands), name: name(of: value))
      }
    }
    for output in outputs {
      if let image = images[output.value] { result.addOutput(output.name, image) }
    }
    return result
  }

  /// Uneven levels are two tables, of numbers and of codes, that undo each other; codes of √e have one that
  /// squares them.
  private func looked(
    _ lookup: LookupFunction,
    _ codes: Value,
    _ value: Value,
    _ graph: inout Graph
  ) throws -> Value {
    let tables = live.filter {
      if case .integer(.lookup) = self[$0].operation { true } else { false }
    }
    if let numbers = tables.first(where: { self[$0].operands == [value] }) {
      // Every code is that of its own level.
      guard case .integer(.lookup(let levels)) = self[numbers].operation,
        levels.entries.map({ lookup($0) }) == Array(levels.index.range)
      else { throw UnroundedError.levels(label(of: value)) }
      return codes
    }
    if tables.contains(self[value].operands[0]) { return codes }
    let (largest, codeCount) = (lookup.entries.last ?? 0, lookup.entries.count)
    let unit = Double(largest) / Double((codeCount - 1) * (codeCount - 1))
    guard
      lookup.entries
        == (0..<codeCount).map({ Int((unit * Double($0 * $0)).rounded(.toNearestOrAwayFromZero)) })
    else { throw UnroundedError.levels(label(of: value)) }
    let square = try graph.append(.multiply, codes, codes)
    return try graph.append(.multiply, square, graph.append(.constant(Tensor(scalar: unit))))
  }

  /// Every real constant moved by up to half a step of float32, one way or the other.
  func disturbed(seed: UInt64) throws -> Graph {
    var random = SplitMix64(seed: seed)
    var result = Graph()
    var images: [Value: Value] = [:]
    for value in live {
      let node = self[value]
      if let constant = constant(value), !constant.type.isInteger {
        let numbers = constant.doubles.map { $0 * (1 + Double(random.unit()) * 0x1p-24) }
        images[value] = try result.append(.constant(Tensor(numbers, shape: constant.type.shape)))
      } else {
        let operands = node.operands.compactMap { images[$0] }
        images[value] = try result.append(Node(node.operation, operands))
      }
    }
    for output in outputs {
      if let image = images[output.value] { result.addOutput(output.name, image) }
    }
    return result
  }
}

enum UnroundedError: Error {
  /// A table that stands for no function that is known.
  case levels(String)
}
