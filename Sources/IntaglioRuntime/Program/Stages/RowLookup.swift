/// Distances within a row → codes, through a table of each row's group, (36).
struct RowLookup: Sendable {
  /// Entries of a table; a distance behind them takes the last one.
  let count: Int
  /// Where the table of each outer iteration starts.
  let starts: [Int]
  /// u8.
  let tables: Region
}

extension RowLookup: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    writer.write(count)
    try writer.write(starts)
    try writer.write(tables)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    count = try reader.positive()
    guard count <= 1 << 16 else { throw reader.malformed("a table of at most 2¹⁶ entries") }
    starts = try reader.starts()
    tables = try reader.value()
  }
}

extension RowLookup: Separable {
  func separated() -> RowLookup {
    RowLookup(count: count, starts: starts.separated(), tables: tables)
  }
}
