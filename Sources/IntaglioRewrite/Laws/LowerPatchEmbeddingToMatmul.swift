public import IntaglioGraph

/// Writes a convolution whose windows do not overlap as a matrix multiplication of patches.
///
///     before   x [b, c, h, w] ─┐
///                              ├─ convolution(stride = kernel) ── y [b, o, h′, w′]
///              w [o, c, p, q] ─┘
///
///     after    x ─ slice ─ patches [b, h′·w′, c·p·q] ─┐
///                                                     ├─ matmul ─ transpose, reshape ── y
///              w ─ transpose [c·p·q, o] ──────────────┘
///
/// Every pixel belongs to one window, so the patches are the pixels in another order. Needs stride =
/// kernel, no padding, no dilation and one group; rows and columns that fill no window are dropped.
public struct LowerPatchEmbeddingToMatmul: RewriteRule {
  public let law = "convolution(x, w; stride = kernel) = patches(x)·wᵀ"

  /// Whether a convolution of what no multiplication made, that of the model's input, stays.
  private let keepsFirst: Bool

  public init(keepingFirst keepsFirst: Bool = false) { self.keepsFirst = keepsFirst }

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .convolution(let geometry) = graph[value].operation,
      geometry.patchObstacle(kernel: graph.type(of: graph[value].operands[1]).shape) == nil
    else { return nil }
    if keepsFirst, !graph.isBehindMultiplication(graph[value].operands[0]) { return nil }

    let (x, w) = (graph[value].operands[0], graph[value].operands[1])
    let (kernel, result) = (graph.type(of: w).shape, graph.type(of: value).shape)
    let (batch, channels) = (result[0], kernel[1])
    let (rows, columns) = (result[2], result[3])
    let window = channels * kernel[2] * kernel[3]

    var patches = x
    for (axis, extent) in [(2, rows * kernel[2]), (3, columns * kernel[3])]
    where graph.type(of: patches).shape[axis] != extent {
      patches = try graph.append(.layout(.slice(axis: axis, start: 0, count: extent)), patches)
    }
    patches = try graph.append(
      .layout(.reshape([batch, channels, rows, kernel[2], columns, kernel[3]])),
      patches
    )
    patches = try graph.append(.layout(.transpose([0, 2, 4, 1, 3, 5])), patches)
    patches = try graph.append(.layout(.reshape([batch, rows * columns, window])), patches)

    let flat = try graph.append(.layout(.reshape([kernel[0], window])), w)
    let weights = try graph.append(.layout(.transpose([1, 0])), flat)
    let product = try graph.append(.matmul, patches, weights)
    try graph.inherit(value, by: product)
    let turned = try graph.append(.layout(.transpose([0, 2, 1])), product)
    return try graph.append(.layout(.reshape(result)), turned)
  }
}
