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
    /// Weights at their own width, packed when the plan was made; the cursor counts bytes.
    case weights(PackedWeights)
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

  /// Panels of weights, one after the other.
  struct PackedWeights: Sendable {
    let place: Place
    /// Bits of a weight.
    let width: Int
    /// Of a panel of `WeightKernels.panelColumns` columns.
    let panelBytes: Int
    /// Room for one panel as the kernel takes it; `nil` where it takes the weights as they are.
    let unpacked: Region?
  }

  /// Up to so many rows are multiplied with weights as they are: unpacking would cost more.
  private static let fewRows = 4

  let kernel: GemmKernel
  let depth: Int
  let left: Place
  let right: Right
  let initial: Initial
  /// `nil` when β = 0.
  let rowSums: RowSums?

  /// Packs the right operand of one outer iteration, unless it is what the thread packed last.
  func prepare(_ memory: Memory, run: Int, outer: Int, columns: Int) {
    if memory.packed.pointee.run != run { memory.packed.pointee = PackedOperand(run: run) }
    guard case .codes(let place, let rowStride, let columnStride, let packed, let sums) = right,
      memory.packed.pointee.start != place.cursor.starts[outer]
    else { return }
    memory.packed.pointee.start = place.cursor.starts[outer]
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
    case .weights(let weights):
      // A block starts with a panel.
      let width = WeightKernels.panelColumns
      for column in stride(from: 0, to: block.columns, by: width) {
        let panel = (block.column + column) / width * weights.panelBytes
        let part = WeightPart(
          offset: weights.place.cursor.starts[block.outer] + panel,
          columns: min(width, block.columns - column),
          initial: start.map { $0 + column },
          c: out + column
        )
        run(block.rows, a, lda, weights, part, ldc: c.stride, memory, kernels)
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

  /// One panel: where its weights start, in bytes, and what it makes.
  private struct WeightPart {
    let offset: Int
    let columns: Int
    let initial: UnsafePointer<Int32>?
    let c: UnsafeMutablePointer<Int32>
  }

  private func run(
    _ rows: Int,
    _ a: UnsafePointer<UInt8>,
    _ lda: Int,
    _ weights: PackedWeights,
    _ part: WeightPart,
    ldc: Int,
    _ memory: Memory,
    _ kernels: UnsafePointer<KernelTable>
  ) {
    let packed = memory.bytes(weights.place.region) + part.offset
    if rows <= Self.fewRows {
      kernels.pointee.weights.multiplyRows(
        width: weights.width,
        m: rows,
        n: part.columns,
        k: depth,
        a: a,
        lda: lda,
        packed: packed,
        initial: part.initial,
        c: part.c,
        ldc: ldc
      )
      return
    }
    kernel.run(
      m: rows,
      n: part.columns,
      k: depth,
      a: a,
      lda: lda,
      packed: unpacked(weights, part, packed, memory),
      initial: part.initial,
      c: part.c,
      ldc: ldc
    )
  }

  /// The panel as the kernel takes it; it stays unpacked while the thread's next rows need it.
  private func unpacked(
    _ weights: PackedWeights,
    _ part: WeightPart,
    _ packed: UnsafeMutableRawPointer,
    _ memory: Memory
  ) -> UnsafeRawPointer {
    guard let region = weights.unpacked else { return UnsafeRawPointer(packed) }
    let panel = memory.bytes(region)
    if memory.packed.pointee.start != part.offset {
      memory.packed.pointee.start = part.offset
      kernel.unpack(
        width: weights.width,
        k: depth,
        columns: part.columns,
        weights: packed,
        into: panel
      )
    }
    return UnsafeRawPointer(panel)
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
    case .weights(let weights): [weights.place.region]
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
