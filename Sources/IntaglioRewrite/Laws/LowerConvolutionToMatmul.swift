public import IntaglioGraph
import IntaglioNumerics

/// Writes a convolution of codes as a matrix multiplication of its windows, whatever their geometry.
///
///     before   q [b, c, h, w] ─ dequantize(s, z) ─┐
///                                                 ├─ convolution ── y [b, o, h′, w′]
///              w [o, c/g, p, q] ──────────────────┘
///
///     after    q ─ pad(z) ─ windows [b, g, h′·w′, c/g·p·q] ─ dequantize(s, z) ─┐
///                                                                              ├─ matmul ─ layouts ── y
///              w ─ layouts [g, c/g·p·q, o/g] ──────────────────────────────────┘
///
/// Every window is a row of a matrix, and a code z is the zero that pads. Needs one scale, one zero point that
/// is a code where windows are padded, no offset, and at most 256 positions in a window. Windows that do not
/// overlap are `LowerPatchEmbeddingToMatmul`'s.
public struct LowerConvolutionToMatmul: RewriteRule {
  public let law = "convolution(s·(q − z), w) = s·(windows(q) − z)·w"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .convolution(let convolution) = graph[value].operation,
      let x = graph.dequantized(graph[value].operands[0]), x.dequantizer.scale.uniform != nil,
      x.dequantizer.offset.uniform?.isZero == true,
      let zero = x.dequantizer.zeroPoint.uniform, let type = graph.type(of: x.codes).integer
    else { return nil }
    let w = graph[value].operands[1]
    let (image, kernel) = (graph.type(of: x.codes).shape, graph.type(of: w).shape)
    let result = graph.type(of: value).shape
    guard convolution.patchObstacle(kernel: kernel) != nil,
      convolution.padding.allSatisfy({ $0 == 0 }) || type.range.contains(zero),
      kernel[2] * kernel[3] <= 256, !(image + kernel + result).contains(0),
      let filler = Tensor([type.range.contains(zero) ? zero : 0], type, shape: [])
    else { return nil }

    var windows = Windows(of: x.codes, image, convolution, kernel, result, filler)
    let groups = convolution.groups
    let (depth, positions) = (kernel[1] * kernel[2] * kernel[3], result[2] * result[3])
    guard let columns = try windows.columns(in: &graph) else { return nil }
    let split = try graph.append(
      .layout(.reshape([image[0], groups, depth, positions])),
      columns
    )
    let rows = try graph.append(.layout(.transpose([0, 1, 3, 2])), split)
    let batch = groups == 1 ? [image[0]] : [image[0], groups]
    let left = try graph.append(.layout(.reshape(batch + [positions, depth])), rows)
    let reals = try graph.append(.dequantize(x.dequantizer), left)

    let each = kernel[0] / groups
    let lead = groups == 1 ? [] : [groups]
    let flat = try graph.append(.layout(.reshape(lead + [each, depth])), w)
    let weights = try graph.append(.layout(.transpose(groups == 1 ? [1, 0] : [0, 2, 1])), flat)
    let product = try graph.append(.matmul, reals, weights)
    try graph.inherit(value, by: product)
    let order = groups == 1 ? [0, 2, 1] : [0, 1, 3, 2]
    let turned = try graph.append(.layout(.transpose(order)), product)
    return try graph.append(.layout(.reshape(result)), turned)
  }
}

/// The windows of an image of codes, position by position of the window.
private struct Windows {
  private let codes: Value
  private let image: [Int]
  private let convolution: Convolution
  private let kernel: [Int]
  private let result: [Int]
  private let filler: Tensor

  init(
    of codes: Value,
    _ image: [Int],
    _ convolution: Convolution,
    _ kernel: [Int],
    _ result: [Int],
    _ filler: Tensor
  ) {
    (self.codes, self.image, self.convolution) = (codes, image, convolution)
    (self.kernel, self.result, self.filler) = (kernel, result, filler)
  }

  /// `[b, c, p·q, h′·w′]` as `[b, c, p·q, h′, w′]`; `nil` where the padded image is too large.
  mutating func columns(in graph: inout Graph) throws(GraphError) -> Value? {
    var padded = codes
    for axis in [2, 3] {
      guard let next = try pad(padded, axis: axis, in: &graph) else { return nil }
      padded = next
    }
    var taps: [Value] = []
    for row in 0..<kernel[2] {
      let rows = try strided(padded, axis: 2, tap: row, in: &graph)
      for column in 0..<kernel[3] {
        let part = try strided(rows, axis: 3, tap: column, in: &graph)
        let shape = graph.type(of: part).shape
        let layout = Layout.reshape([shape[0], shape[1], 1, shape[2], shape[3]])
        taps.append(try graph.append(.layout(layout), part))
      }
    }
    return taps.count == 1 ? taps[0] : try graph.append(Node(.concat(axis: 2), taps))
  }

  /// Codes that mean zero in front of `axis`, and behind it as far as any stretch of strides reaches.
  private func pad(_ value: Value, axis: Int, in graph: inout Graph) throws(GraphError) -> Value? {
    var shape = graph.type(of: value).shape
    let before = convolution.padding[axis - 2]
    let reach =
      (kernel[axis] - 1) * convolution.dilations[axis - 2]
      + result[axis] * convolution.strides[axis - 2]
    let after = max(0, reach - before - shape[axis])
    var parts: [Value] = []
    for (count, isData) in [(before, false), (0, true), (after, false)] {
      if isData { parts.append(value) }
      guard count > 0 else { continue }
      shape[axis] = count
      guard let total = Shape.count(shape) else { return nil }
      let zeros = filler.gathered([Int32](repeating: 0, count: total), shape: shape)
      parts.append(try graph.append(.constant(zeros)))
    }
    return parts.count == 1 ? value : try graph.append(Node(.concat(axis: axis), parts))
  }

  /// What position `tap` of every window sees along `axis`.
  private func strided(
    _ value: Value,
    axis: Int,
    tap: Int,
    in graph: inout Graph
  ) throws(GraphError) -> Value {
    let (step, count) = (convolution.strides[axis - 2], result[axis])
    let start = tap * convolution.dilations[axis - 2]
    let slice = Layout.slice(axis: axis, start: start, count: count * step)
    let part = try graph.append(.layout(slice), value)
    if step == 1 { return part }
    var shape = graph.type(of: part).shape
    shape[axis] = count
    var split = shape
    split.insert(step, at: axis + 1)
    let matrix = try graph.append(.layout(.reshape(split)), part)
    let first = try graph.append(.layout(.slice(axis: axis + 1, start: 0, count: 1)), matrix)
    return try graph.append(.layout(.reshape(shape)), first)
  }
}
