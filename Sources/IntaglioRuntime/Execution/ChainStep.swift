/// A matrix multiplication or a view, and the operations that follow, block by block.
///
/// A block is a few rows that stay in the cache while every stage passes over them. Stages read the
/// block that the one before left and write one of two scratch blocks; the last writes the sink.
struct ChainStep: Sendable {
  enum Source: Sendable {
    case view(Place, ElementFormat)
    case product(Product)
  }

  let outerCount: Int
  let rows: Int
  let columns: Int
  let rowsPerBlock: Int
  let source: Source
  let stages: [Stage]
  let sink: Place
  let sinkFormat: ElementFormat
  /// Room for `rowsPerBlock × columns` elements of 4 bytes each.
  let scratch: [Region]
}

/// A few rows of one outer iteration.
struct Block {
  let outer: Int
  let row: Int
  let rows: Int
  let columns: Int
}

/// The elements of a block, wherever they lie.
struct BlockData {
  let base: UnsafeMutableRawPointer
  let format: ElementFormat
  /// From one row to the next, in elements.
  let stride: Int

  func pointer<T>(as type: T.Type) -> UnsafeMutablePointer<T> {
    base.assumingMemoryBound(to: type)
  }
}

extension ChainStep {
  func run(_ memory: Memory, _ kernels: KernelTable) {
    for outer in 0..<outerCount {
      if case .product(let product) = source {
        product.prepare(memory, outer: outer, columns: columns)
      }
      for row in stride(from: 0, to: rows, by: rowsPerBlock) {
        let count = min(rowsPerBlock, rows - row)
        let block = Block(outer: outer, row: row, rows: count, columns: columns)
        run(block, memory, kernels)
      }
    }
  }

  private func run(_ block: Block, _ memory: Memory, _ kernels: KernelTable) {
    let end = BlockData(
      base: memory.bytes(sink.region) + sink.element(block.outer, block.row) * sinkFormat.size,
      format: sinkFormat,
      stride: sink.cursor.rowStride
    )
    // Which scratch block holds `data`; the source view is in none.
    var held: Int?
    var data: BlockData
    switch source {
    case .view(let place, let format):
      let start = place.element(block.outer, block.row) * format.size
      data = BlockData(
        base: memory.bytes(place.region) + start,
        format: format,
        stride: place.cursor.rowStride
      )
    case .product(let product):
      data = stages.isEmpty ? end : scratchBlock(0, .int32, memory)
      held = 0
      product.run(block, into: data, memory, kernels)
    }
    for (index, stage) in stages.enumerated() {
      var out = end
      if index < stages.count - 1 {
        let next = held.map { stage.worksInPlace ? $0 : 1 - $0 } ?? 0
        out = scratchBlock(next, stage.output, memory)
        held = next
      }
      StagePass(block: block, data: data, out: out, memory: memory, kernels: kernels)
        .run(stage.operation)
      data = out
    }
  }

  private func scratchBlock(
    _ index: Int,
    _ format: ElementFormat,
    _ memory: Memory
  ) -> BlockData {
    BlockData(base: memory.bytes(scratch[index]), format: format, stride: columns)
  }
}
