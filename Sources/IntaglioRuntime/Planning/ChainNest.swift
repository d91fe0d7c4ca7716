import IntaglioGraph

/// The loop nest of a chain, and how everything that the chain touches moves in it.
struct ChainNest {
  /// How many elements a block has, so that two of them stay in the cache.
  private static let blockElements = 8192

  let nest: LoopNest
  /// Of a view, or of the left and right operand of a product.
  let source: [Cursor]
  /// One per stage that reads a view or parameters.
  let stages: [Cursor?]
  let sink: Cursor
  let rowsPerBlock: Int

  /// - Parameters:
  ///   - draft: the chain.
  ///   - source: how its source moves over the chain's shape.
  ///   - order: the axes of the shape, in the order in which they are walked.
  ///   - sink: where the last stage writes.
  ///   - tileRows: the rows that the multiplication kernel takes at a time.
  init(
    _ draft: ChainDraft,
    source: [LoopNest.Operand],
    order: [Int],
    sink: StridedView,
    tileRows: Int
  ) {
    let moving = draft.stages.map { Self.operand($0.operation, over: draft.shape) }
    let operands = source + moving.compactMap { $0 } + [LoopNest.Operand(strides: sink.strides)]
    nest = LoopNest(
      order.map { draft.shape[$0] },
      operands.map { operand in
        LoopNest.Operand(
          start: operand.start,
          strides: order.map { operand.strides[$0] },
          isFixedAlongRows: operand.isFixedAlongRows
        )
      },
      keepsLastAxis: draft.keepsLastAxis
    )
    self.source = Array(nest.cursors.prefix(source.count))
    var next = source.count
    var stages: [Cursor?] = []
    for operand in moving {
      stages.append(operand == nil ? nil : nest.cursors[next])
      next += operand == nil ? 0 : 1
    }
    self.stages = stages
    self.sink = nest.cursors[next]
    let fitting = max(1, Self.blockElements / max(nest.columns, 1))
    rowsPerBlock = min(max(nest.rows, 1), (fitting + tileRows - 1) / tileRows * tileRows)
  }

  /// What a stage reads beside its operand, moving over `shape`.
  private static func operand(
    _ operation: ChainDraft.Operation,
    over shape: [Int]
  ) -> LoopNest.Operand? {
    switch operation {
    case .real(_, let view), .integer(_, let view):
      return LoopNest.Operand(start: view.start, strides: view.strides(over: shape))
    case .quantize, .dequantize, .requantize, .widen, .function, .softmax, .layerNorm:
      guard let parameters = operation.parameters else { return nil }
      let strides = Shape.broadcastStrides(from: parameters.shape, to: shape)
      return LoopNest.Operand(strides: strides, isFixedAlongRows: true)
    }
  }
}
