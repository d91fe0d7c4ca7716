/// A few rows of some columns of one outer iteration.
struct Block {
  let outer: Int
  let row: Int
  let rows: Int
  let column: Int
  let columns: Int

  /// Its elements where they are `rowStride` apart from one row to the next.
  @inline(__always)
  func grid(rowStride: Int) -> Grid {
    Grid(rows: rows, rowStride: rowStride, columns: columns)
  }
}

/// The elements of a block, wherever they lie.
struct BlockData {
  let base: UnsafeMutableRawPointer
  let format: ElementFormat
  /// From one row to the next, in elements.
  let stride: Int

  /// The elements, where they are of this type.
  @inline(__always)
  func pointer<T>(as type: T.Type, _ memory: Memory) -> UnsafeMutablePointer<T> {
    memory.require(format.holds(type), "a stage that takes what the one before it leaves")
    return base.assumingMemoryBound(to: type)
  }
}

extension ChainStep {
  func split(threads: Int) -> StepSplit {
    StepSplit(
      outerCount: rows > 0 && columns > 0 ? outerCount : 0,
      columnParts: max(1, (columns + columnsPerBlock - 1) / columnsPerBlock),
      rows: rows,
      unit: rowUnit,
      threads: isSmall ? 1 : threads
    )
  }

  /// Rows that are not worth cutting: a tile of the multiplication.
  private var rowUnit: Int {
    if case .product(let product) = source { product.kernel.tile.rows } else { 1 }
  }

  /// Whether the step is done before another thread could help.
  private var isSmall: Bool {
    guard case .product(let product) = source else { return domain.count < Self.smallView }
    return domain.count * product.depth < Self.smallProduct
  }

  /// A few microseconds' work, in elements and in multiplications.
  private static let smallView = 4096
  private static let smallProduct = 1 << 19

  func run(
    _ task: Int,
    of split: StepSplit,
    run: Int,
    _ memory: Memory,
    _ kernels: UnsafePointer<KernelTable>
  ) {
    guard rows > 0, columns > 0 else { return }
    let place = split.place(task)
    if case .product(let product) = source {
      product.prepare(memory, run: run, outer: place.outer, columns: columns)
    }
    let first = place.rowPart * split.rowsPerPart
    let end = min(first + split.rowsPerPart, rows)
    for row in stride(from: first, to: end, by: rowsPerBlock) {
      self.run(block(place.outer, row, place.columnPart, end: end), memory, kernels)
    }
  }

  /// Asks for everything that `run` would touch.
  func walk(_ memory: Memory, _ kernels: UnsafePointer<KernelTable>) {
    guard rows > 0, columns > 0 else { return }
    requireShape(memory)
    let columnParts = PlanWalk.corners((columns - 1) / columnsPerBlock + 1)
    let rowParts = PlanWalk.corners((rows - 1) / rowsPerBlock + 1)
    for outer in 0..<outerCount {
      guard memory.isSound else { break }
      if case .product(let product) = source {
        // Nothing of another step or iteration is taken for this one's.
        memory.packed.pointee = PackedOperand()
        product.prepare(memory, run: 0, outer: outer, columns: columns)
      }
      for columnPart in columnParts {
        for rowPart in rowParts {
          guard memory.isSound else { break }
          run(block(outer, rowPart * rowsPerBlock, columnPart, end: rows), memory, kernels)
        }
      }
    }
  }

  /// Kernels write columns side by side and rows apart, and read columns side by side.
  private func requireShape(_ memory: Memory) {
    let isApart = sink.isSideBySide(columns) && sink.isApart(rows: rows, columns: columns)
    memory.require(isApart, "results that do not lie on one another")
    if case .view(let place, let format) = source {
      memory.require(place.isSideBySide(columns), "columns side by side")
      memory.require(!stages.isEmpty || format == sinkFormat, "a stage that leaves the results")
    }
    memory.require(!stages.isEmpty || source.isProduct, "a stage that leaves the results")
  }

  private func block(_ outer: Int, _ row: Int, _ columnPart: Int, end: Int) -> Block {
    let column = columnPart * columnsPerBlock
    return Block(
      outer: outer,
      row: row,
      rows: min(rowsPerBlock, end - row),
      column: column,
      columns: min(columnsPerBlock, columns - column)
    )
  }

  private func run(_ block: Block, _ memory: Memory, _ kernels: UnsafePointer<KernelTable>) {
    let end = BlockData(
      base: memory.writableBytes(
        sink.region,
        at: sink.element(block.outer, block.row, memory, column: block.column),
        block.grid(rowStride: sink.cursor.rowStride),
        size: sinkFormat.size
      ),
      format: sinkFormat,
      stride: sink.cursor.rowStride
    )
    // Which scratch block holds `data`; the source view is in none.
    var held: Int?
    var data: BlockData
    switch source {
    case .view(let place, let format):
      data = BlockData(
        base: memory.bytes(
          place.region,
          at: place.element(block.outer, block.row, memory, column: block.column),
          block.grid(rowStride: place.cursor.rowStride),
          size: format.size
        ),
        format: format,
        stride: place.cursor.rowStride
      )
    case .product(let product):
      data = stages.isEmpty ? end : scratchBlock(0, .int32, block, memory)
      held = 0
      product.run(block, into: data, memory, kernels)
    }
    for (index, stage) in stages.enumerated() {
      var out = end
      if index < stages.count - 1 {
        let next = held.map { stage.worksInPlace ? $0 : 1 - $0 } ?? 0
        out = scratchBlock(next, stage.output, block, memory)
        held = next
      }
      StagePass(block: block, data: data, out: out, memory: memory, table: kernels)
        .run(stage.operation)
      data = out
    }
  }

  private func scratchBlock(
    _ index: Int,
    _ format: ElementFormat,
    _ block: Block,
    _ memory: Memory
  ) -> BlockData {
    BlockData(
      base: memory.writableBytes(
        scratch[index],
        block.grid(rowStride: block.columns),
        size: format.size
      ),
      format: format,
      stride: block.columns
    )
  }
}
