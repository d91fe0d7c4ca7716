import IntaglioGraph

/// BatchNormalization in inference: a scale and a shift for every channel, which a convolution or product with
/// constant weights in front takes into its own.
struct BatchNormalization {
  static let table: [String: ONNXOperators.Conversion] = [
    "BatchNormalization": { (call, conversion) throws(ONNXFault) in
      let shape = conversion.shape(of: try call.operand(0))
      guard shape.count > 1 else {
        throw call.node.malformed(expected: "[batch, channels, …]", found: "\(shape)")
      }
      let norm = try BatchNormalization(call, channels: shape[1], conversion)
      return [try norm.applied(to: try call.operand(0), call, &conversion)]
    }
  ]

  private let scale: [Double]
  private let shift: [Double]

  /// γ / √(variance + ε) and β − mean·scale.
  ///
  /// Quantizers of some tools leave γ and β as codes.
  private init(
    _ call: ONNXCall,
    channels: Int,
    _ conversion: ONNXConversion
  ) throws(ONNXFault) {
    let node = call.node
    guard try node.int("training_mode") ?? 0 == 0, try node.int("spatial") ?? 1 == 1 else {
      throw node.unsupported("training mode", advice: "export the model for inference")
    }
    var vectors: [[Double]] = []
    for (index, what) in ["scale", "bias", "mean", "variance"].enumerated() {
      let operand = try call.operand(index + 1)
      guard conversion.shape(of: operand) == [channels] else {
        throw node.malformed(
          expected: "a \(what) of [\(channels)]",
          found: "\(conversion.shape(of: operand))"
        )
      }
      guard let numbers = conversion.knownReals(operand) else {
        throw node.unsupported(
          "a \(what) that depends on the model's input",
          advice: "export the model for inference"
        )
      }
      vectors.append(numbers)
    }
    let epsilon = Double(try node.float("epsilon") ?? 1e-5)
    guard vectors[3].allSatisfy({ $0 + epsilon > 0 }) else {
      throw node.malformed(expected: "variance + epsilon > 0", found: "others")
    }
    let scale = zip(vectors[0], vectors[3]).map { $0 / ($1 + epsilon).squareRoot() }
    self.scale = scale
    shift = scale.indices.map { vectors[1][$0] - vectors[2][$0] * scale[$0] }
  }

  private func applied(
    to operand: ONNXOperand,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let value = try conversion.real(operand, in: call)
    let rank = conversion.graph.type(of: value).shape.count
    let name = call.node.name
    if let product = FoldableProduct(value, in: conversion.graph) {
      let scaled = try product.scaled(scale, shift, &conversion)
      return try conversion.layout(
        .reshape(conversion.shape(of: operand)),
        of: .computed(scaled),
        name: nil
      )
    }
    let factors = try conversion.channels(scale, rank: rank)
    let product = try conversion.append(.multiply, [value, factors], name: name)
    let offsets = try conversion.channels(shift, rank: rank)
    return .computed(try conversion.append(.add, [product, offsets], name: nil))
  }
}

/// A convolution or product with constant weights, with a constant bias or none.
private struct FoldableProduct {
  private let node: Node
  private let name: String?
  private let weights: Tensor
  private let bias: [Double]?
  private let isConvolution: Bool

  /// `nil` for anything else, and where the channels of `value` are not the columns of the product.
  init?(_ value: Value, in graph: Graph) {
    var value = value
    let channels = graph.type(of: value).shape
    // A reshape that keeps the last axis keeps columns.
    while case .layout(.reshape(let shape)) = graph[value].operation, channels.count == 2,
      shape.last == graph.type(of: graph[value].operands[0]).shape.last
    {
      value = graph[value].operands[0]
    }
    var bias: [Double]?
    let addends = graph[value].operation == .add ? graph[value].operands : []
    if let side = addends.indices.first(where: { graph.constant(addends[$0]) != nil }),
      let tensor = graph.constant(addends[side])
    {
      let rank = graph.type(of: value).shape.count
      let isColumn = rank == 4 && tensor.shape == [channels[1], 1, 1]
      guard isColumn || channels.count == 2 && tensor.shape == [channels[1]] else { return nil }
      bias = tensor.doubles
      value = addends[1 - side]
    }
    let node = graph[value]
    guard node.operands.count == 2, let weights = graph.constant(node.operands[1]),
      !weights.type.isInteger
    else { return nil }
    if case .convolution = node.operation, channels.count == 4 {
      isConvolution = true
    } else if node.operation == .matmul, channels.count == 2, weights.shape.count == 2 {
      isConvolution = false
    } else {
      return nil
    }
    (self.node, self.weights, self.bias, name) = (node, weights, bias, graph.name(of: value))
  }

  /// The product with columns scaled and shifted.
  func scaled(
    _ scale: [Double],
    _ shift: [Double],
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> Value {
    var values = weights.doubles
    let width = max(1, values.count / max(1, scale.count))
    for index in values.indices {
      values[index] *= scale[isConvolution ? index / width : index % scale.count]
    }
    let tensor = Tensor(values.map(Float.init), shape: weights.shape)
    let constant = try conversion.append(.constant(tensor), [], name: nil)
    let operands = [node.operands[0], constant]
    let product = try conversion.append(node.operation, operands, name: name)
    let offsets = shift.indices.map { shift[$0] + (bias?[$0] ?? 0) * scale[$0] }
    let addend = try conversion.channels(offsets, rank: isConvolution ? 4 : 2)
    return try conversion.append(.add, [product, addend], name: nil)
  }
}
