/// One thing that a worker does to its memory.
enum Step: Sendable {
  case chain(ChainStep)
  case copy(CopyStep)
  case reduce(ReduceStep)

  func run(_ memory: Memory, _ kernels: KernelTable) {
    switch self {
    case .chain(let step): step.run(memory, kernels)
    case .copy(let step): step.run(memory, kernels)
    case .reduce(let step): step.run(memory)
    }
  }
}

/// A place in a region that moves with the loop nest of a step.
struct Place: Hashable, Sendable {
  let region: Region
  let cursor: Cursor

  /// The element at an outer iteration and a row, in elements from the start of the region.
  func element(_ outer: Int, _ row: Int) -> Int { cursor.starts[outer] + row * cursor.rowStride }
}

/// Numbers per column that a kernel reads; one set for each group of outer iterations.
struct Table: Hashable, Sendable {
  let region: Region
  /// Where the set of each outer iteration starts, in elements.
  let starts: [Int]
}
