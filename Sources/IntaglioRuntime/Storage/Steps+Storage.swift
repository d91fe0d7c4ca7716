extension Step: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    switch self {
    case .chain(let step):
      writer.write(UInt8(0))
      try writer.write(step)
    case .copy(let step):
      writer.write(UInt8(1))
      try writer.write(step)
    case .reduce(let step):
      writer.write(UInt8(2))
      try writer.write(step)
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    switch try reader.number(UInt8.self) {
    case 0: self = .chain(try reader.value())
    case 1: self = .copy(try reader.value())
    case 2: self = .reduce(try reader.value())
    default: throw reader.malformed("a kind of step")
    }
  }
}

extension ChainStep: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    for extent in [outerCount, rows, columns, rowsPerBlock, columnsPerBlock] {
      writer.write(extent)
    }
    switch source {
    case .view(let place, let format):
      writer.write(UInt8(0))
      try writer.write(place)
      try writer.write(format)
    case .product(let product):
      writer.write(UInt8(1))
      try writer.write(product)
    }
    try writer.write(stages)
    try writer.write(sink)
    try writer.write(sinkFormat)
    try writer.write(scratch)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    (outerCount, rows, columns) = try reader.extents()
    rowsPerBlock = try reader.positive()
    columnsPerBlock = try reader.positive()
    switch try reader.number(UInt8.self) {
    case 0: source = .view(try reader.value(), try reader.value())
    case 1: source = .product(try reader.value())
    default: throw reader.malformed("the source of a chain")
    }
    stages = try reader.values()
    sink = try reader.value()
    sinkFormat = try reader.value()
    scratch = try reader.values()
    // A pass leaves its result in one of two blocks unless it is the last.
    var passes = stages.count
    if case .product = source { passes += 1 }
    guard scratch.count >= min(passes - 1, 2) else { throw reader.malformed("scratch blocks") }
    guard stages.last.map({ $0.output == sinkFormat }) ?? true else {
      throw reader.malformed("what the last stage leaves")
    }
  }
}

extension CopyStep: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    for extent in [outerCount, rows, columns] { writer.write(extent) }
    try writer.write(source)
    try writer.write(sink)
    writer.write(elementSize)
    writer.write(offset)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    (outerCount, rows, columns) = try reader.extents()
    source = try reader.value()
    sink = try reader.value()
    elementSize = try reader.positive()
    offset = try reader.number()
    guard elementSize == 1 || elementSize == 4 else { throw reader.malformed("a size of 1 or 4") }
  }
}

extension ReduceStep: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    for extent in [outerCount, rows, columns] { writer.write(extent) }
    try writer.write(source)
    try writer.write(format)
    writer.write(extent)
    writer.write(stride)
    try writer.write(sink)
    writer.write(isMean)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    (outerCount, rows, columns) = try reader.extents()
    source = try reader.value()
    format = try reader.value()
    extent = try reader.extent()
    stride = try reader.extent()
    sink = try reader.value()
    isMean = try reader.flag()
  }
}

extension Product: StoredInPlan {
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
