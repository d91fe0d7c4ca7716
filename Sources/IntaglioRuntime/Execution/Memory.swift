/// What the steps of one thread read and write.
///
/// There is one way to a pointer: `read` and `write` say which elements a kernel will touch, and
/// check them against the region's true size right there. A plan is walked once before it is used
/// (`PlanWalk`), through the same calls and without the kernels, so that a plan from a file is
/// refused and does not stop a run; what the walk might miss stops the process instead of touching
/// other memory.
///
/// Nothing here is counted: whoever runs keeps the memory alive (`Worker`).
struct Memory {
  let arena: UnsafeMutableRawPointer
  let constants: UnsafeMutableRawPointer
  /// The thread's own.
  let scratch: UnsafeMutableRawPointer
  /// How many elements each stream has cut off; the thread's own.
  let counters: UnsafeMutableBufferPointer<Int>
  /// Where each region lies.
  let regions: RegionTable
  /// Which operand the thread has packed last.
  let packed: UnsafeMutablePointer<PackedOperand>
  /// What a walk has found so far; `nil` where steps run.
  let walk: UnsafeMutablePointer<PlanWalk>?

  /// Whether kernels run; a walk asks for their operands alone.
  @inline(__always) var runs: Bool { walk == nil }

  /// Whether a walk may go on.
  @inline(__always) var isSound: Bool { walk.map { $0.pointee.fault == nil } ?? true }

  /// Elements that a kernel reads: `grid` from element `element` of `region` on.
  @inline(__always)
  func read<T>(
    _ region: Region,
    at element: Int = 0,
    _ grid: Grid,
    as type: T.Type
  ) -> UnsafePointer<T> {
    UnsafePointer(
      bytes(region, at: element, grid, size: MemoryLayout<T>.stride)
        .assumingMemoryBound(to: type)
    )
  }

  /// Elements that a kernel writes, and may read; constants are nobody's to write.
  @inline(__always)
  func write<T>(
    _ region: Region,
    at element: Int = 0,
    _ grid: Grid,
    as type: T.Type
  ) -> UnsafeMutablePointer<T> {
    writableBytes(region, at: element, grid, size: MemoryLayout<T>.stride)
      .assumingMemoryBound(to: type)
  }

  /// As `write`, elements of `size` bytes.
  @inline(__always)
  func writableBytes(
    _ region: Region,
    at element: Int = 0,
    _ grid: Grid,
    size: Int = 1
  ) -> UnsafeMutableRawPointer {
    require(region.space != .constant, "results that lie outside the constants")
    return bytes(region, at: element, grid, size: size)
  }

  /// As `read`, elements of `size` bytes.
  @inline(__always)
  func bytes(
    _ region: Region,
    at element: Int = 0,
    _ grid: Grid,
    size: Int = 1
  ) -> UnsafeMutableRawPointer {
    let (space, extents) =
      switch region.space {
      case .buffer: (arena, regions.buffers)
      case .constant: (constants, regions.constants)
      case .scratch: (scratch, regions.scratch)
      }
    guard region.index < extents.count else { return outside(space) }
    let extent = extents[region.index]
    if grid.isEmpty { return space + extent.offset }
    // No overflow: see `PlanReader.extentLimit`.
    let reach = (element + grid.reach) * size
    guard element | grid.rowStride | grid.columnStride >= 0, reach <= extent.size else {
      return outside(space)
    }
    return space + extent.offset + element * size
  }

  /// The counter of a stream.
  func counter(_ index: Int) -> UnsafeMutablePointer<Int> {
    guard let base = counters.baseAddress, index < counters.count else {
      return outside(arena).assumingMemoryBound(to: Int.self)
    }
    return base + index
  }

  /// Where an outer iteration starts.
  @inline(__always)
  func start(_ starts: [Int], _ outer: Int) -> Int {
    guard outer < starts.count else {
      require(false, "a start for every outer iteration")
      return 0
    }
    return starts[outer]
  }

  /// What a step takes for granted beside bounds.
  @inline(__always)
  func require(_ holds: Bool, _ expected: StaticString) {
    if !holds { fail(expected) }
  }

  private func outside(_ space: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    fail("steps that stay inside their memory")
    return space
  }

  @inline(never)
  private func fail(_ expected: StaticString) {
    guard let walk else { preconditionFailure("a step is not what was walked: \(expected)") }
    walk.pointee.fail(expected)
  }
}

/// Elements as a kernel walks them from the first one on: strides count elements.
struct Grid {
  var rows = 1
  var rowStride = 0
  let columns: Int
  var columnStride = 1

  @inline(__always) var isEmpty: Bool { rows <= 0 || columns <= 0 }

  /// One more than the farthest element, counted from the first.
  @inline(__always) var reach: Int {
    (rows - 1) * rowStride + (columns - 1) * columnStride + 1
  }
}

/// Where the regions of a plan lie within their space.
struct RegionTable {
  /// In bytes.
  struct Extent {
    let offset: Int
    let size: Int
  }

  let buffers: UnsafeBufferPointer<Extent>
  let constants: UnsafeBufferPointer<Extent>
  let scratch: UnsafeBufferPointer<Extent>
}

/// What a thread has packed or unpacked last of the right operand of a product.
struct PackedOperand {
  /// The number of the step's run, so that nothing of another step is taken for it.
  var run = -1
  /// Where the operand or the panel starts; −1 for none.
  var start = -1
}
