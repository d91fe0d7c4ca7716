/// One thing that a plan does: some tasks that any threads may run in any order.
enum Step: Sendable {
  case chain(ChainStep)
  case copy(CopyStep)
  case reduce(ReduceStep)

  /// How the step is cut into tasks for `threads` threads.
  func split(threads: Int) -> StepSplit {
    switch self {
    case .chain(let step): step.split(threads: threads)
    case .copy(let step): step.split(threads: threads)
    case .reduce: StepSplit.whole
    }
  }

  /// Runs one task of `split`.
  ///
  /// - Parameters:
  ///   - task: which one.
  ///   - split: how the step was cut.
  ///   - run: the number of the run of a step; no two are the same.
  ///   - memory: the thread's.
  ///   - kernels: what does the arithmetic.
  func run(
    _ task: Int,
    of split: StepSplit,
    run: Int,
    _ memory: Memory,
    _ kernels: UnsafePointer<KernelTable>
  ) {
    switch self {
    case .chain(let step): step.run(task, of: split, run: run, memory, kernels)
    case .copy(let step): step.run(task, of: split, memory)
    case .reduce(let step): step.run(memory)
    }
  }
}

/// A place in a region that moves with the loop nest of a step.
struct Place: Hashable, Sendable {
  let region: Region
  let cursor: Cursor

  /// Where a block starts, in elements from the start of the region.
  @inline(__always)
  func element(_ outer: Int, _ row: Int, _ memory: Memory, column: Int = 0) -> Int {
    memory.start(cursor.starts, outer) + row * cursor.rowStride + column * cursor.columnStride
  }
}

extension Place {
  /// Whether kernels, which walk columns side by side, walk these.
  func isSideBySide(_ columns: Int) -> Bool { columns <= 1 || cursor.columnStride == 1 }

  /// Whether no two of `rows × columns` results are the same element: rows lie behind one another,
  /// or columns do.
  func isApart(rows: Int, columns: Int) -> Bool {
    let (row, column) = (cursor.rowStride, cursor.columnStride)
    guard rows > 1 else { return columns <= 1 || column > 0 }
    guard columns > 1 else { return row > 0 }
    return column > 0 && row > (columns - 1) * column || row > 0 && column > (rows - 1) * row
  }

  /// `rows × columns` elements as the place lays them out.
  @inline(__always)
  func grid(rows: Int, columns: Int) -> Grid {
    Grid(
      rows: rows,
      rowStride: cursor.rowStride,
      columns: columns,
      columnStride: cursor.columnStride
    )
  }
}

/// Numbers per column that a kernel reads; one set for each group of outer iterations.
///
/// A set holds, for each block of columns, some rows of one number per column.
struct Table: Hashable, Sendable {
  let region: Region
  /// Where the set of each outer iteration starts, in elements.
  let starts: [Int]
  /// How many numbers belong to a column.
  var rows = 1

  /// Where the numbers of the block that starts at `column` begin, in elements.
  @inline(__always)
  func element(_ outer: Int, _ column: Int, _ memory: Memory) -> Int {
    memory.start(starts, outer) + column * rows
  }
}
