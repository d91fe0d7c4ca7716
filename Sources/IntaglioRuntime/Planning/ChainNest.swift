import IntaglioGraph

/// The loop nest of a chain, and how everything that the chain touches moves in it.
struct ChainNest {
  /// How many elements a block has, so that two of them stay in the cache.
  private static let blockElements = 8192

  let nest: LoopNest
  /// Of a view, or of the left and right operand of a product.
  let source: [Cursor]
  /// How each stage moves over what it reads beside its operand.
  let stages: [StageCursors]
  let sink: Cursor
  let rowsPerBlock: Int
  /// All columns, or those of a panel of weights.
  let columnsPerBlock: Int

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
    let views = draft.stages.map { Self.view($0.operation, over: draft.shape) }
    let parameters = draft.stages.map { Self.parameters($0.operation, over: draft.shape) }
    let operands =
      source + views.compactMap { $0 } + parameters.compactMap { $0 }
      + [LoopNest.Operand(strides: sink.strides)]
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
    var cursors = nest.cursors.dropFirst(source.count)
    let viewCursors = views.map { $0 == nil ? nil : cursors.popFirst() }
    let parameterCursors = parameters.map { $0 == nil ? nil : cursors.popFirst() }
    stages = zip(viewCursors, parameterCursors).map { StageCursors(view: $0, parameters: $1) }
    self.sink = nest.cursors[nest.cursors.count - 1]
    let columns = max(nest.columns, 1)
    columnsPerBlock = draft.isSplitByColumns ? min(columns, WeightKernels.panelColumns) : columns
    // Blocks of the same size, in whole tiles.
    let fitting = max(1, Self.blockElements / columnsPerBlock)
    let rows = max(nest.rows, 1)
    let blocks = (rows + fitting - 1) / fitting
    let even = (rows + blocks - 1) / blocks
    rowsPerBlock = min(rows, (even + tileRows - 1) / tileRows * tileRows)
  }

  /// The view that a stage reads beside its operand, moving over `shape`.
  private static func view(
    _ operation: ChainDraft.Operation,
    over shape: [Int]
  ) -> LoopNest.Operand? {
    operation.view.map { LoopNest.Operand(start: $0.start, strides: $0.strides(over: shape)) }
  }

  /// The constants of a stage, moving over `shape`.
  private static func parameters(
    _ operation: ChainDraft.Operation,
    over shape: [Int]
  ) -> LoopNest.Operand? {
    guard let parameters = operation.parameterShape else { return nil }
    let strides = Shape.broadcastStrides(from: parameters, to: shape)
    return LoopNest.Operand(strides: strides, isFixedAlongRows: true)
  }
}

/// How a stage moves over what it reads beside its operand.
struct StageCursors {
  /// `nil` where there is none.
  let view: Cursor?
  /// `nil` where there are none.
  let parameters: Cursor?
}
