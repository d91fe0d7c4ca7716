extension Matmul {
  /// Up to so many rows are multiplied with weights as they are: unpacking would cost more.
  private static let fewRows = 4

  /// Packs the right operand of one outer iteration, unless it is what the thread packed last.
  func prepare(_ memory: Memory, run: Int, outer: Int, columns: Int) {
    if memory.packed.pointee.run != run { memory.packed.pointee = PackedOperand(run: run) }
    guard case .codes(let place, let rowStride, let columnStride, let packed, let sums) = right
    else { return }
    let first = memory.start(place.cursor.starts, outer)
    guard memory.packed.pointee.start != first else { return }
    memory.packed.pointee.start = first
    let codes = Grid(
      rows: depth,
      rowStride: rowStride,
      columns: columns,
      columnStride: columnStride
    )
    let b = memory.read(place.region, at: first, codes, as: Int8.self)
    let room = memory.writableBytes(packed, Grid(columns: kernel.packedSize(k: depth, n: columns)))
    let columnSums = memory.write(sums, Grid(columns: columns), as: Int32.self)
    if memory.runs {
      kernel.pack(
        k: depth,
        n: columns,
        b: b,
        rowStride: rowStride,
        columnStride: columnStride,
        into: room,
        columnSums: columnSums
      )
    }
    guard case .columnSums(let factor, let addend, let region) = initial else { return }
    let start = memory.write(region, Grid(columns: columns), as: Int32.self)
    guard memory.runs else { return }
    for column in 0..<columns { start[column] = columnSums[column] &* factor &+ addend }
  }

  func run(
    _ block: Block,
    into c: BlockData,
    _ memory: Memory,
    _ kernels: UnsafePointer<KernelTable>
  ) {
    let a = leftRows(block, memory)
    let out = c.pointer(as: Int32.self, memory)
    let start = initialRow(block, memory)
    switch right {
    case .weights(let weights):
      multiply(a, weights, block, initial: start, to: out, c.stride, memory, kernels)
    case .codes(_, _, _, let packed, _):
      let b = memory.bytes(packed, Grid(columns: kernel.packedSize(k: depth, n: block.columns)))
      if memory.runs {
        kernel.run(
          m: a.count,
          n: block.columns,
          k: depth,
          a: a.codes,
          lda: a.stride,
          packed: b,
          initial: start,
          c: out,
          ldc: c.stride
        )
      }
    }
    if let rowSums { add(rowSums, of: a, to: out, c.stride, block.columns, memory, kernels) }
  }

  /// Rows of the left operand.
  private struct LeftRows {
    let count: Int
    let codes: UnsafePointer<UInt8>
    /// From row to row.
    let stride: Int
  }

  private func leftRows(_ block: Block, _ memory: Memory) -> LeftRows {
    let stride = max(left.cursor.rowStride, depth)
    memory.require(
      block.rows <= 1 || left.cursor.rowStride >= depth,
      "rows of a product that do not lie on one another"
    )
    let codes = memory.read(
      left.region,
      at: left.element(block.outer, block.row, memory),
      Grid(rows: block.rows, rowStride: stride, columns: depth),
      as: UInt8.self
    )
    return LeftRows(count: block.rows, codes: codes, stride: stride)
  }

  /// Corrects the products for a right operand that is stored with a bias.
  private func add(
    _ rowSums: RowSums,
    of a: LeftRows,
    to out: UnsafeMutablePointer<Int32>,
    _ stride: Int,
    _ columns: Int,
    _ memory: Memory,
    _ kernels: UnsafePointer<KernelTable>
  ) {
    let sums = memory.write(rowSums.sums, Grid(columns: a.count), as: Int32.self)
    guard memory.runs else { return }
    let convert = kernels.pointee.convert
    convert.rowSums(rows: a.count, columns: depth, a: a.codes, lda: a.stride, sums: sums)
    for row in 0..<a.count {
      let correction = sums[row] &* rowSums.factor
      for column in 0..<columns { out[row * stride + column] &+= correction }
    }
  }

  /// Multiplies with the weights of a block, panel by panel.
  private func multiply(
    _ a: LeftRows,
    _ weights: PackedWeights,
    _ block: Block,
    initial: UnsafePointer<Int32>?,
    to out: UnsafeMutablePointer<Int32>,
    _ ldc: Int,
    _ memory: Memory,
    _ kernels: UnsafePointer<KernelTable>
  ) {
    // A block starts with a panel.
    let width = WeightKernels.panelColumns
    let first = memory.start(weights.place.cursor.starts, block.outer)
    let multiplyPanel = { (column: Int) in
      let part = WeightPart(
        offset: first + (block.column + column) / width * weights.panelBytes,
        columns: min(width, block.columns - column),
        initial: initial.map { $0 + column },
        c: out + column
      )
      multiply(a, weights, part, ldc: ldc, memory, kernels)
    }
    if memory.runs {
      for column in stride(from: 0, to: block.columns, by: width) { multiplyPanel(column) }
    } else {
      for panel in PlanWalk.corners((block.columns - 1) / width + 1) {
        multiplyPanel(panel * width)
      }
    }
  }

  /// One panel: where its weights start, in bytes, and what it makes.
  private struct WeightPart {
    let offset: Int
    let columns: Int
    let initial: UnsafePointer<Int32>?
    let c: UnsafeMutablePointer<Int32>
  }

  private func multiply(
    _ a: LeftRows,
    _ weights: PackedWeights,
    _ part: WeightPart,
    ldc: Int,
    _ memory: Memory,
    _ kernels: UnsafePointer<KernelTable>
  ) {
    if a.count <= Self.fewRows || !memory.runs {
      let size = WeightKernels.packedSize(width: weights.width, k: depth, n: part.columns)
      let packed = memory.bytes(weights.place.region, at: part.offset, Grid(columns: size))
      guard memory.runs else {
        // Rows are few or many by how threads share them.
        _ = unpacked(weights, part, memory)
        return
      }
      kernels.pointee.weights.multiplyRows(
        width: weights.width,
        m: a.count,
        n: part.columns,
        k: depth,
        a: a.codes,
        lda: a.stride,
        packed: packed,
        initial: part.initial,
        c: part.c,
        ldc: ldc
      )
      return
    }
    kernel.run(
      m: a.count,
      n: part.columns,
      k: depth,
      a: a.codes,
      lda: a.stride,
      packed: unpacked(weights, part, memory),
      initial: part.initial,
      c: part.c,
      ldc: ldc
    )
  }

  /// The panel as the kernel takes it; it stays unpacked while the thread's next rows need it.
  private func unpacked(
    _ weights: PackedWeights,
    _ part: WeightPart,
    _ memory: Memory
  ) -> UnsafeRawPointer {
    let size = kernel.packedSize(k: depth, n: part.columns)
    guard let region = weights.unpacked else {
      memory.require(
        kernel.packsAsWeights && weights.width == 8,
        "weights that their kernel takes as they are, or room to unpack them"
      )
      return UnsafeRawPointer(
        memory.bytes(weights.place.region, at: part.offset, Grid(columns: size))
      )
    }
    let panel = memory.writableBytes(region, Grid(columns: size))
    let width = WeightKernels.packedSize(width: weights.width, k: depth, n: part.columns)
    let packed = memory.bytes(weights.place.region, at: part.offset, Grid(columns: width))
    if memory.packed.pointee.start != part.offset, memory.runs {
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
      return memory.read(
        place.region,
        at: memory.start(place.cursor.starts, block.outer) + block.column,
        Grid(columns: block.columns),
        as: Int32.self
      )
    case .columnSums(_, _, let region):
      return memory.read(region, Grid(columns: block.columns), as: Int32.self)
    }
  }
}
