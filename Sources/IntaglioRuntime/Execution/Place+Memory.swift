extension Place {
  /// Where a block starts, in elements from the start of the region.
  @inline(__always)
  func element(_ outer: Int, _ row: Int, _ memory: Memory, column: Int = 0) -> Int {
    memory.start(cursor.starts, outer) + row * cursor.rowStride + column * cursor.columnStride
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

extension Table {
  /// Where the numbers of the block that starts at `column` begin, in elements.
  @inline(__always)
  func element(_ outer: Int, _ column: Int, _ memory: Memory) -> Int {
    memory.start(starts, outer) + column * rows
  }
}
