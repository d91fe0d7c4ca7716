package import IntaglioGraph

/// A place where a float graph multiplies matrices: what a quantizer has to decide.
package struct Site: Sendable {
  package enum Kind: Sendable {
    /// Activations times weights `[k, n]`.
    case linear(Linear)
    /// A convolution without padding of the model's input or what no multiplication made of it.
    case patches(Patches)
    /// Any other convolution.
    case windows(Windows)
    /// Activations times activations, or times a constant of its own for every head.
    case product(Product)
  }

  package struct Linear: Sendable {
    /// What the layer reads, `[…, k]`.
    package let input: Value
    /// A constant `[k, n]`.
    package let weights: Value
    /// Where the result, perhaps with constants added, joins another value.
    package let residual: Residual?
    /// Whether one function makes each element of the input from one sum.
    package let followsFunction: Bool
    /// Whether no multiplication is in front of this one, or none behind it.
    package let isEdge: Bool
  }

  /// The sum of a linear layer's result and another value.
  package struct Residual: Sendable {
    package let sum: Value
    package let other: Value
  }

  package struct Patches: Sendable {
    package let input: Value
    /// A constant `[o, c / groups, h, w]`.
    package let weights: Value
    package let groups: Int
  }

  package struct Windows: Sendable {
    /// What the convolution reads, `[b, c, h, w]`.
    package let input: Value
    /// A constant `[o, c / groups, h, w]`.
    package let weights: Value
    package let groups: Int
    /// Where the result, perhaps with constants added, joins another value.
    package let residual: Residual?
    /// Whether no multiplication made what it reads.
    package let readsPixels: Bool
    /// Whether no multiplication is in front of this one, or none behind it.
    package let isEdge: Bool
  }

  package struct Product: Sendable {
    package let left: Value
    package let right: Value
    /// The softmax that the left factor is, through layouts; `nil` where it is none.
    package let softmax: Value?
    /// Whether the result goes into softmax and nowhere else, so that what a row has in common
    /// does not matter.
    package let decidesSoftmax: Bool
  }

  /// The multiplication.
  package let value: Value
  package let name: String
  package let kind: Kind
}

extension Graph {
  /// Every multiplication of matrices that depends on an input, in the order of computation.
  ///
  /// - Throws: `QuantizeError.unsupported` for one that no quantizer here is made for.
  package func sites() throws(QuantizeError) -> [Site] {
    let (readers, order) = (readers, MultiplicationOrder(self))
    var sites: [Site] = []
    for value in live where self[value].operation.isMatrixMultiplication && dependsOnInput(value) {
      let kind = try kind(of: value, readers, order)
      sites.append(Site(value: value, name: label(of: value), kind: kind))
    }
    return sites
  }

  private func kind(
    of value: Value,
    _ readers: [Value: [Value]],
    _ order: MultiplicationOrder
  ) throws(QuantizeError) -> Site.Kind {
    let (left, right) = (self[value].operands[0], self[value].operands[1])
    if case .convolution(let geometry) = self[value].operation {
      return try kind(of: value, geometry, readers, order)
    }
    if let weights = constant(right), weights.shape.count == 2 {
      var isFunction = false
      if case .function = self[withoutLayouts(left)].operation { isFunction = true }
      return .linear(
        Site.Linear(
          input: left,
          weights: right,
          residual: residual(of: value, readers),
          followsFunction: isFunction,
          isEdge: !order.isBehind(left) || !order.isInFront(value)
        )
      )
    }
    return .product(
      Site.Product(
        left: left,
        right: right,
        softmax: softmax(behind: left),
        decidesSoftmax: decidesSoftmax(value, readers)
      )
    )
  }

  /// A convolution: of pixels, which it takes as they were where nothing pads them, or any other.
  private func kind(
    of value: Value,
    _ geometry: Convolution,
    _ readers: [Value: [Value]],
    _ order: MultiplicationOrder
  ) throws(QuantizeError) -> Site.Kind {
    let (input, weights) = (self[value].operands[0], self[value].operands[1])
    guard let kernel = constant(weights)?.shape else {
      throw .unsupported(node: label(of: value), reason: "a convolution with computed weights")
    }
    let pads = geometry.padding.contains { $0 != 0 }
    let isPartition =
      !pads && geometry.groups == 1 && geometry.dilations == [1, 1]
      && geometry.strides == [kernel[2], kernel[3]]
    guard isPartition || kernel[2] * kernel[3] <= Self.mostPositions else {
      throw .unsupported(
        node: label(of: value),
        reason: "a convolution of more than \(Self.mostPositions) positions in a window"
      )
    }
    let readsPixels = !order.isBehind(input)
    if readsPixels, !pads {
      return .patches(Site.Patches(input: input, weights: weights, groups: geometry.groups))
    }
    return .windows(
      Site.Windows(
        input: input,
        weights: weights,
        groups: geometry.groups,
        residual: residual(of: value, readers),
        readsPixels: readsPixels,
        isEdge: readsPixels || !order.isInFront(value)
      )
    )
  }

  /// How many positions a window has at most that becomes a row of a matrix.
  private static var mostPositions: Int { 256 }

  /// Follows constants that are added to where another value is.
  private func residual(of value: Value, _ readers: [Value: [Value]]) -> Site.Residual? {
    let origin = value
    var value = value
    while let reader = readers[value]?.only, self[reader].operation == .add {
      let operands = self[reader].operands
      guard let other = operands.first(where: { $0 != value }) else { return nil }
      if dependsOnInput(other) {
        // What the layer itself decides is there later.
        guard !depends(other, on: origin) else { return nil }
        return type(of: other).shape == type(of: reader).shape
          && type(of: value).shape == type(of: reader).shape
          ? Site.Residual(sum: reader, other: other) : nil
      }
      value = reader
    }
    return nil
  }

  /// The softmax whose whole rows are those of `value`: rows that are turned, cut or joined do not sum to
  /// one.
  private func softmax(behind value: Value) -> Value? {
    var value = value
    while case .layout = self[value].operation {
      guard keepsRows(value) else { return nil }
      value = self[value].operands[0]
    }
    return self[value].operation == .softmax ? value : nil
  }

  /// Whether a layout leaves every row of the last axis a whole row.
  private func keepsRows(_ value: Value) -> Bool {
    guard case .layout(let layout) = self[value].operation, layout.keepsLastAxis else {
      return false
    }
    return type(of: value).shape.last == type(of: self[value].operands[0]).shape.last
  }

  /// Whether a number that all elements of a row have in common leaves no trace: everything that reads
  /// `value` is softmax over the same rows, with constants added, or multiplied by what does not vary along
  /// a row.
  private func decidesSoftmax(_ value: Value, _ readers: [Value: [Value]]) -> Bool {
    var pending = [value]
    while let next = pending.popLast() {
      let others = readers[next] ?? []
      guard !others.isEmpty, !outputs.contains(where: { $0.value == next }) else { return false }
      for reader in others where self[reader].operation != .softmax {
        let node = self[reader]
        let other = node.operands.first { $0 != next && !dependsOnInput($0) }
        if node.operation == .add {
          guard other != nil, type(of: reader).shape == type(of: next).shape else { return false }
        } else if node.operation == .multiply {
          guard let other, type(of: other).shape.last ?? 1 == 1 else { return false }
        } else {
          guard keepsRows(reader) else { return false }
        }
        pending.append(reader)
      }
    }
    return true
  }
}

extension Array {
  /// The element of an array of one.
  fileprivate var only: Element? { count == 1 ? self[0] : nil }
}
