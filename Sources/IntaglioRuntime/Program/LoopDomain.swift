/// What a step walks: some outer iterations of `rows × columns` each.
struct LoopDomain: Hashable, Sendable {
  let outerCount: Int
  let rows: Int
  let columns: Int

  /// How many elements it has.
  var count: Int { outerCount * rows * columns }
}

extension LoopDomain: StoredInPlan {
  func write(to writer: inout PlanWriter) {
    for extent in [outerCount, rows, columns] { writer.write(extent) }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    (outerCount, rows, columns) = try reader.extents()
  }
}

/// Whatever walks a domain has its extents.
protocol WalksDomain {
  var domain: LoopDomain { get }
}

extension WalksDomain {
  var outerCount: Int { domain.outerCount }
  var rows: Int { domain.rows }
  var columns: Int { domain.columns }
}
