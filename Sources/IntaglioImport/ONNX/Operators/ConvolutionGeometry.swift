import IntaglioGraph

/// Reads strides, dilations, padding and groups of a `Conv` node along two axes, or along one, in front of
/// which stands an axis of extent 1.
struct ConvolutionGeometry {
  let convolution: Convolution

  /// For an `image` `[b, c, h, w]` and a `kernel` `[o, c / groups, kh, kw]`; where `isLine`, the node itself knows
  /// their last axis alone.
  init(_ call: ONNXCall, image: [Int], kernel: [Int], isLine: Bool = false) throws(ONNXFault) {
    let node = call.node
    let strides = try Self.positive(node, "strides", isLine) ?? [1, 1]
    let dilations = try Self.positive(node, "dilations", isLine) ?? [1, 1]
    let groups = try node.int("group") ?? 1
    if let window = try node.ints("kernel_shape"), window != Array(kernel.suffix(isLine ? 1 : 2)) {
      throw node.malformed(
        expected: "kernel_shape \(kernel.suffix(isLine ? 1 : 2))",
        found: "\(window)"
      )
    }
    guard groups > 0, groups <= ONNXTensorDecoder.largestCount else {
      throw node.malformed(expected: "group ≥ 1", found: "\(groups)")
    }
    let window = (0..<2).map { (kernel[2 + $0] - 1) * dilations[$0] + 1 }
    let padding = try Self.padding(
      node,
      image: image,
      strides: strides,
      window: window,
      isLine: isLine
    )
    convolution = Convolution(
      strides: strides,
      padding: padding,
      dilations: dilations,
      groups: groups
    )
  }

  private static func positive(
    _ node: ONNXNode,
    _ name: String,
    _ isLine: Bool
  ) throws(ONNXFault) -> [Int]? {
    guard var values = try node.ints(name) else { return nil }
    if isLine, values.count == 1 { values.insert(1, at: 0) }
    guard values.count == 2, values.allSatisfy({ $0 > 0 && $0 <= Int(Int32.max) }) else {
      throw node.malformed(expected: "two \(name) ≥ 1", found: "\(values)")
    }
    return values
  }

  /// Top, left, bottom, right.
  private static func padding(
    _ node: ONNXNode,
    image: [Int],
    strides: [Int],
    window: [Int],
    isLine: Bool
  ) throws(ONNXFault) -> [Int] {
    switch try node.string("auto_pad") ?? "NOTSET" {
    case "NOTSET", "":
      var pads = try node.ints("pads") ?? [0, 0, 0, 0]
      if isLine, pads.count == 2 { pads = [0, pads[0], 0, pads[1]] }
      guard pads.count == 4, pads.allSatisfy({ $0 >= 0 && $0 <= Int(Int32.max) }) else {
        throw node.malformed(expected: "four pads ≥ 0", found: "\(pads)")
      }
      return pads
    case "VALID":
      return [0, 0, 0, 0]
    case "SAME_UPPER":
      return same(image, strides, window, upper: true)
    case "SAME_LOWER":
      return same(image, strides, window, upper: false)
    case let other:
      throw node.malformed(
        expected: "auto_pad NOTSET, VALID, SAME_UPPER or SAME_LOWER",
        found: other
      )
    }
  }

  /// Padding after which the output is the image divided by the stride, rounded up; where it is
  /// odd, the larger half goes below and right, or above and left.
  private static func same(
    _ image: [Int],
    _ strides: [Int],
    _ window: [Int],
    upper: Bool
  ) -> [Int] {
    let totals = (0..<2).map { axis in
      let output = (image[2 + axis] + strides[axis] - 1) / strides[axis]
      return max(0, (output - 1) * strides[axis] + window[axis] - image[2 + axis])
    }
    let first = totals.map { upper ? $0 / 2 : $0 - $0 / 2 }
    return first + zip(totals, first).map { $0 - $1 }
  }
}
