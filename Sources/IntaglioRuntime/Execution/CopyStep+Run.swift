extension CopyStep {
  func split(threads: Int) -> StepSplit {
    let isSmall = domain.count < Self.smallCopy
    return StepSplit(
      outerCount: outerCount,
      columnParts: 1,
      rows: rows,
      unit: 1,
      threads: isSmall ? 1 : threads
    )
  }

  /// Elements that are moved before another thread could help.
  private static let smallCopy = 8192

  func run(_ task: Int, of split: StepSplit, _ memory: Memory) {
    let place = split.place(task)
    let first = place.rowPart * split.rowsPerPart
    run(memory, place.outer, first..<min(first + split.rowsPerPart, rows))
  }

  /// Asks for everything that `run` would touch.
  func walk(_ memory: Memory) {
    memory.require(elementSize == 1 || offset == 0, "codes where an offset is added")
    let isApart = sink.isApart(rows: rows, columns: columns)
    memory.require(isApart, "results that do not lie on one another")
    for outer in 0..<outerCount {
      guard memory.isSound else { break }
      run(memory, outer, 0..<rows)
    }
  }

  private func run(_ memory: Memory, _ outer: Int, _ part: Range<Int>) {
    if offset != 0 {
      move(memory, outer, part, as: UInt8.self) { $0 &+ offset }
    } else if elementSize == 1 {
      move(memory, outer, part, as: UInt8.self) { $0 }
    } else {
      move(memory, outer, part, as: UInt32.self) { $0 }
    }
  }

  @inline(__always)
  private func move<T>(
    _ memory: Memory,
    _ outer: Int,
    _ part: Range<Int>,
    as type: T.Type,
    _ change: (T) -> T
  ) {
    let (first, count) = (part.lowerBound, part.count)
    let from = memory.read(
      source.region,
      at: source.element(outer, first, memory),
      source.grid(rows: count, columns: columns),
      as: type
    )
    let to = memory.write(
      sink.region,
      at: sink.element(outer, first, memory),
      sink.grid(rows: count, columns: columns),
      as: type
    )
    guard memory.runs else { return }
    let (fromColumn, toColumn) = (source.cursor.columnStride, sink.cursor.columnStride)
    for row in 0..<count {
      let a = from + row * source.cursor.rowStride
      let b = to + row * sink.cursor.rowStride
      if fromColumn == 1, toColumn == 1 {
        for column in 0..<columns { b[column] = change(a[column]) }
      } else {
        for column in 0..<columns { b[column * toColumn] = change(a[column * fromColumn]) }
      }
    }
  }
}
