/// Where one operand of a step is while the step walks its domain, in elements.
struct Cursor: Hashable, Sendable {
  /// One per outer iteration.
  let starts: [Int]
  let rowStride: Int
  let columnStride: Int
}

/// A place in a region that moves with the loop nest of a step.
struct Place: Hashable, Sendable {
  let region: Region
  let cursor: Cursor
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
}

extension Cursor: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(starts)
    writer.write(rowStride)
    writer.write(columnStride)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    starts = try reader.starts()
    rowStride = try reader.extent()
    columnStride = try reader.extent()
  }
}

extension Place: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(region)
    try writer.write(cursor)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    region = try reader.value()
    cursor = try reader.value()
  }
}

extension Table: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(region)
    try writer.write(starts)
    writer.write(rows)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    region = try reader.value()
    starts = try reader.starts()
    rows = try reader.positive()
  }
}

extension PlanReader {
  /// Where something starts in each outer iteration.
  mutating func starts() throws(PlanStorageError) -> [Int] {
    let starts: [Int] = try values()
    guard starts.allSatisfy({ $0 >= 0 }) else { throw malformed("starts from 0 on") }
    return starts
  }
}

extension Cursor: Separable {
  func separated() -> Cursor {
    Cursor(starts: starts.separated(), rowStride: rowStride, columnStride: columnStride)
  }
}

extension Place: Separable {
  func separated() -> Place { Place(region: region, cursor: cursor.separated()) }
}

extension Table: Separable {
  func separated() -> Table { Table(region: region, starts: starts.separated(), rows: rows) }
}
