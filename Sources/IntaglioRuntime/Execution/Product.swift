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
    /// Panels of `panelColumns` columns, packed when the plan was made and `panelBytes` apart; the
    /// cursor counts bytes.
    case packed(Place, panelBytes: Int)
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

  /// How many columns of weights are multiplied at a time: one panel of the widest kernel.
  static let panelColumns = 64

  let kernel: GemmKernel
  let depth: Int
  let left: Place
  let right: Right
  let initial: Initial
  /// `nil` when β = 0.
  let rowSums: RowSums?

  /// Packs the right operand of one outer iteration, unless it is what the thread packed last.
  func prepare(_ memory: Memory, run: Int, outer: Int, columns: Int) {
    guard case .codes(let place, let rowStride, let columnStride, let packed, let sums) = right
    else { return }
    let operand = PackedOperand(run: run, start: place.cursor.starts[outer])
    if memory.packed.pointee == operand { return }
    memory.packed.pointee = operand
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

  func run(
    _ block: Block,
    into c: BlockData,
    _ memory: Memory,
    _ kernels: UnsafePointer<KernelTable>
  ) {
    let a = memory.pointer(left.region, left.element(block.outer, block.row), as: UInt8.self)
    let out = c.pointer(as: Int32.self)
    let lda = max(left.cursor.rowStride, depth)
    let start = initialRow(block, memory)
    switch right {
    case .packed(let place, let panelBytes):
      // A block starts with a panel.
      var panel = memory.bytes(place.region) + place.cursor.starts[block.outer]
      panel += block.column / Self.panelColumns * panelBytes
      for column in stride(from: 0, to: block.columns, by: Self.panelColumns) {
        kernel.run(
          m: block.rows,
          n: min(Self.panelColumns, block.columns - column),
          k: depth,
          a: a,
          lda: lda,
          packed: panel,
          initial: start.map { $0 + column },
          c: out + column,
          ldc: c.stride
        )
        panel += panelBytes
      }
    case .codes(_, _, _, let packed, _):
      kernel.run(
        m: block.rows,
        n: block.columns,
        k: depth,
        a: a,
        lda: lda,
        packed: memory.bytes(packed),
        initial: start,
        c: out,
        ldc: c.stride
      )
    }
    guard let rowSums else { return }
    let sums = memory.pointer(rowSums.sums, as: Int32.self)
    kernels.pointee.convert.rowSums(rows: block.rows, columns: depth, a: a, lda: lda, sums: sums)
    for row in 0..<block.rows {
      let correction = sums[row] &* rowSums.factor
      for column in 0..<block.columns { out[row * c.stride + column] &+= correction }
    }
  }

  private func initialRow(_ block: Block, _ memory: Memory) -> UnsafePointer<Int32>? {
    switch initial {
    case .zero:
      return nil
    case .constant(let place):
      let start = place.cursor.starts[block.outer] + block.column
      return UnsafePointer(memory.pointer(place.region, start, as: Int32.self))
    case .columnSums(_, _, let region):
      return UnsafePointer(memory.pointer(region, as: Int32.self))
    }
  }
}

extension Product.Right {
  var regions: [Region] {
    switch self {
    case .packed(let place, _): [place.region]
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
