/// An integer matrix multiplication as a kernel runs it, with the corrections that its operands'
/// storage asks for.
///
/// With bytes a + α and b + β in place of the codes a and b:
///
///     Σ a·b = Σ (a + α)(b + β) − β·Σ(a + α) − α·Σ(b + β) + k·α·β
///
/// The last two terms do not depend on the row and start every accumulator.
struct Product: Sendable {
  enum Right: Sendable {
    /// Packed when the plan was made; the cursor counts bytes.
    case packed(Place)
    /// Codes that are packed when the step runs.
    case codes(Place, rowStride: Int, columnStride: Int, packed: Region, columnSums: Region)
  }

  enum Initial: Sendable {
    case zero
    /// Known when the plan was made.
    case constant(Place)
    /// −α·Σ(b + β) + k·α·β from the column sums that packing gives.
    case columnSums(factor: Int32, addend: Int32, Region)
  }

  struct RowSums: Sendable {
    /// −β.
    let factor: Int32
    /// One number for each row of a block.
    let sums: Region
  }

  let kernel: GemmKernel
  let depth: Int
  let left: Place
  let right: Right
  let initial: Initial
  /// `nil` when β = 0.
  let rowSums: RowSums?

  /// Packs the right operand of one outer iteration, unless it is that of the iteration before.
  func prepare(_ memory: Memory, outer: Int, columns: Int) {
    guard case .codes(let place, let rowStride, let columnStride, let packed, let sums) = right,
      outer == 0 || place.cursor.starts[outer] != place.cursor.starts[outer - 1]
    else { return }
    let columnSums = memory.pointer(sums, as: Int32.self)
    kernel.pack(
      k: depth,
      n: columns,
      b: memory.pointer(place.region, place.cursor.starts[outer], as: Int8.self),
      rowStride: rowStride,
      columnStride: columnStride,
      into: memory.bytes(packed),
      columnSums: columnSums
    )
    guard case .columnSums(let factor, let addend, let region) = initial else { return }
    let start = memory.pointer(region, as: Int32.self)
    for column in 0..<columns { start[column] = columnSums[column] &* factor &+ addend }
  }

  func run(_ block: Block, into c: BlockData, _ memory: Memory, _ kernels: KernelTable) {
    let a = memory.pointer(left.region, left.element(block.outer, block.row), as: UInt8.self)
    let out = c.pointer(as: Int32.self)
    kernel.run(
      m: block.rows,
      n: block.columns,
      k: depth,
      a: a,
      lda: max(left.cursor.rowStride, depth),
      packed: packedRight(block.outer, memory),
      initial: initialRow(block.outer, memory),
      c: out,
      ldc: c.stride
    )
    guard let rowSums else { return }
    let sums = memory.pointer(rowSums.sums, as: Int32.self)
    let lda = max(left.cursor.rowStride, depth)
    kernels.convert.rowSums(rows: block.rows, columns: depth, a: a, lda: lda, sums: sums)
    for row in 0..<block.rows {
      let correction = sums[row] &* rowSums.factor
      for column in 0..<block.columns { out[row * c.stride + column] &+= correction }
    }
  }

  private func packedRight(_ outer: Int, _ memory: Memory) -> UnsafeRawPointer {
    switch right {
    case .packed(let place):
      UnsafeRawPointer(memory.bytes(place.region) + place.cursor.starts[outer])
    case .codes(_, _, _, let packed, _):
      UnsafeRawPointer(memory.bytes(packed))
    }
  }

  private func initialRow(_ outer: Int, _ memory: Memory) -> UnsafePointer<Int32>? {
    switch initial {
    case .zero:
      nil
    case .constant(let place):
      UnsafePointer(memory.pointer(place.region, place.cursor.starts[outer], as: Int32.self))
    case .columnSums(_, _, let region):
      UnsafePointer(memory.pointer(region, as: Int32.self))
    }
  }
}

extension Product.Right {
  var regions: [Region] {
    switch self {
    case .packed(let place): [place.region]
    case .codes(let place, _, _, let packed, let columnSums): [place.region, packed, columnSums]
    }
  }
}

extension Product.Initial {
  var regions: [Region] {
    switch self {
    case .zero: []
    case .constant(let place): [place.region]
    case .columnSums(_, _, let region): [region]
    }
  }
}
