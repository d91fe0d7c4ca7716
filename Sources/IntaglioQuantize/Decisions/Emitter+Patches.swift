package import IntaglioGraph
import IntaglioNumerics

// Convolutions of pixels without padding: the patch embedding.

extension Emitter {
  mutating func patches(
    _ value: Value,
    _ pixels: PixelQuantizer,
    _ weights: Tensor,
    groups: Int
  ) throws(GraphError) -> Value {
    let node = source[value]
    let planes = [pixels.scales.count, 1, 1]
    let shifted = try graph.append(
      .add,
      image(node.operands[0]),
      graph.append(.constant(Tensor(pixels.lows.map(-), shape: planes)))
    )
    let codes = try graph.append(
      .quantize(
        Quantizer(.u8, scale: Scale(pixels.scales.map(Rational.init(of:)), shape: planes))
      ),
      shifted,
      name: source.label(of: value) + ".pixels"
    )
    let real = try graph.append(.dequantize(Dequantizer(scale: Scale(.one))), codes)
    self.codes[node.operands[0]] = Codes(usual: real, outliers: nil)
    let outputs = [weights.shape[0], 1, 1]
    let right: Value
    let addends: [Float]
    if let found = decisions.weights[value] {
      right = try append(found, for: node.operands[1], outputs: outputs + [1])
      addends = found.addends
    } else {
      let folded = pixels.folded(weights, groups: groups)
      right = try graph.append(.constant(Tensor(folded.weights, shape: weights.shape)))
      addends = folded.addends
    }
    let product = try graph.append(
      node.operation,
      real,
      right,
      name: source.name(of: value)
    )
    return try graph.append(
      .add,
      product,
      graph.append(.constant(Tensor(addends, shape: outputs)))
    )
  }
}

extension PixelQuantizer {
  /// Weights `[o, c / groups, h, w]` for pixels in place of prepared numbers, and what is added to the sums.
  package func folded(
    _ weights: Tensor,
    groups: Int = 1
  ) -> (weights: [Float], addends: [Float]) {
    let outputs = weights.shape[0]
    let size = weights.count / max(outputs, 1)
    let (floats, planes) = (weights.floats, weights.planes(groups: groups))
    var addends = [Double](repeating: 0, count: outputs)
    let folded = floats.indices.map { index in
      let plane = planes[index]
      addends[index / size] += Double(floats[index]) * Double(lows[plane])
      return floats[index] * scales[plane]
    }
    return (folded, addends.map(Float.init))
  }
}
