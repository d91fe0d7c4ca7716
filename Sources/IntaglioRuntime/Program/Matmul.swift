/// An integer matrix multiplication as a kernel runs it, with the corrections that its operands'
/// storage asks for.
///
/// With bytes a + α and b + β in place of the codes a and b:
///
///     Σ a·b = Σ (a + α)(b + β) − β·Σ(a + α) − α·Σ(b + β) + k·α·β
///
/// The last two terms do not depend on the row and start every accumulator.
struct Matmul: Sendable {
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

  let kernel: GemmKernel
  let depth: Int
  let left: Place
  let right: Right
  let initial: Initial
  /// `nil` when β = 0.
  let rowSums: RowSums?
}

extension Matmul: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    writer.write(kernel.name)
    writer.write(depth)
    try writer.write(left)
    switch right {
    case .weights(let weights):
      writer.write(UInt8(0))
      try writer.write(weights.place)
      writer.write(weights.width)
      writer.write(weights.panelBytes)
      try writer.write(weights.unpacked)
    case .codes(let place, let rowStride, let columnStride, let packed, let columnSums):
      writer.write(UInt8(1))
      try writer.write(place)
      writer.write(rowStride)
      writer.write(columnStride)
      try writer.write(packed)
      try writer.write(columnSums)
    }
    switch initial {
    case .zero: writer.write(UInt8(0))
    case .constant(let place):
      writer.write(UInt8(1))
      try writer.write(place)
    case .columnSums(let factor, let addend, let region):
      writer.write(UInt8(2))
      writer.write(factor)
      writer.write(addend)
      try writer.write(region)
    }
    writer.write(rowSums != nil)
    if let rowSums {
      writer.write(rowSums.factor)
      try writer.write(rowSums.sums)
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    let name = try reader.text()
    guard let kernel = reader.kernels.gemm(named: name) else { throw .otherKernels(found: name) }
    self.kernel = kernel
    depth = try reader.extent()
    left = try reader.value()
    right = try Self.right(from: &reader)
    switch try reader.number(UInt8.self) {
    case 0: initial = .zero
    case 1: initial = .constant(try reader.value())
    case 2:
      initial = .columnSums(
        factor: try reader.number(),
        addend: try reader.number(),
        try reader.value()
      )
    default: throw reader.malformed("what starts the accumulators")
    }
    rowSums =
      try reader.flag()
      ? RowSums(factor: try reader.number(), sums: try reader.value()) : nil
  }

  private static func right(from reader: inout PlanReader) throws(PlanStorageError) -> Right {
    switch try reader.number(UInt8.self) {
    case 0:
      let weights = PackedWeights(
        place: try reader.value(),
        width: try reader.positive(),
        panelBytes: try reader.count(),
        unpacked: try reader.optional()
      )
      guard WeightKernels.widths.contains(weights.width) else {
        throw reader.malformed("weights of 2 to 8 bits")
      }
      return .weights(weights)
    case 1:
      return .codes(
        try reader.value(),
        rowStride: try reader.extent(),
        columnStride: try reader.extent(),
        packed: try reader.value(),
        columnSums: try reader.value()
      )
    default: throw reader.malformed("the right operand of a product")
    }
  }
}

extension Matmul {
  /// The bytes of one right operand as it is held.
  func bytesOfRight(columns: Int) -> Int {
    switch right {
    case .weights(let weights):
      WeightKernels.packedSize(width: weights.width, k: depth, n: columns)
    case .codes: depth * columns
    }
  }
}

extension Matmul: Separable {
  func separated() -> Matmul {
    Matmul(
      kernel: kernel,
      depth: depth,
      left: left.separated(),
      right: right.separated(),
      initial: initial.separated(),
      rowSums: rowSums
    )
  }
}

extension Matmul.Right: Separable {
  func separated() -> Matmul.Right {
    switch self {
    case .weights(let weights):
      .weights(
        Matmul.PackedWeights(
          place: weights.place.separated(),
          width: weights.width,
          panelBytes: weights.panelBytes,
          unpacked: weights.unpacked
        )
      )
    case .codes(let place, let rowStride, let columnStride, let packed, let columnSums):
      .codes(
        place.separated(),
        rowStride: rowStride,
        columnStride: columnStride,
        packed: packed,
        columnSums: columnSums
      )
    }
  }
}

extension Matmul.Initial: Separable {
  func separated() -> Matmul.Initial {
    if case .constant(let place) = self { .constant(place.separated()) } else { self }
  }
}

extension Matmul.Right {
  var regions: [Region] {
    switch self {
    case .weights(let weights): [weights.place.region]
    case .codes(let place, _, _, let packed, let columnSums): [place.region, packed, columnSums]
    }
  }
}

extension Matmul.Initial {
  var regions: [Region] {
    switch self {
    case .zero: []
    case .constant(let place): [place.region]
    case .columnSums(_, _, let region): [region]
    }
  }
}
