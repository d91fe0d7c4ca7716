/// A step cut into tasks.
///
/// A task is some rows of some columns of one outer iteration; tasks of neighbouring rows follow each
/// other, then those of neighbouring columns.
struct StepSplit: Hashable, Sendable {
  let outerCount: Int
  /// Blocks of columns.
  let columnParts: Int
  let rowParts: Int
  /// Of every part but the last.
  let rowsPerPart: Int

  /// One task that is everything.
  static let whole = StepSplit(outerCount: 1, columnParts: 1, rowParts: 1, rowsPerPart: 0)

  var count: Int { outerCount * columnParts * rowParts }

  /// Where task `index` lies.
  func place(_ index: Int) -> (outer: Int, columnPart: Int, rowPart: Int) {
    let (rest, rowPart) = index.quotientAndRemainder(dividingBy: rowParts)
    let (outer, columnPart) = rest.quotientAndRemainder(dividingBy: columnParts)
    return (outer, columnPart, rowPart)
  }
}

extension StepSplit {
  /// Tasks beyond which threads wait less for each other than the tasks cost.
  private static let tasksPerThread = 4

  /// Cuts rows until every thread has a few tasks.
  ///
  /// - Parameters:
  ///   - outerCount: outer iterations.
  ///   - columnParts: blocks of columns.
  ///   - rows: rows of an outer iteration.
  ///   - unit: how many rows belong together.
  ///   - threads: how many threads share the step.
  init(outerCount: Int, columnParts: Int, rows: Int, unit: Int, threads: Int) {
    self.outerCount = outerCount
    self.columnParts = columnParts
    let pieces = max(1, outerCount * columnParts)
    let wanted = threads == 1 ? 1 : (threads * Self.tasksPerThread + pieces - 1) / pieces
    let units = max(1, (rows + unit - 1) / unit)
    let parts = min(wanted, units)
    rowsPerPart = (units + parts - 1) / parts * unit
    rowParts = max(1, (rows + rowsPerPart - 1) / rowsPerPart)
  }
}
