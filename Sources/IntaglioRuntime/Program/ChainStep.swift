/// A matrix multiplication or a view, and the operations that follow, block by block.
///
/// A block is a few rows that stay in the cache while every stage passes over them. Stages read the
/// block that the one before left and write one of two scratch blocks; the last writes the sink.
struct ChainStep: WalksDomain, Sendable {
  enum Source: Sendable {
    case view(Place, ElementFormat)
    case product(Matmul)
  }

  let domain: LoopDomain
  let rowsPerBlock: Int
  /// All columns, or as many as a panel of weights has.
  let columnsPerBlock: Int
  let source: Source
  let stages: [Stage]
  let sink: Place
  let sinkFormat: ElementFormat
  /// Room for `rowsPerBlock × columnsPerBlock` elements of 4 bytes each.
  let scratch: [Region]
}

extension ChainStep.Source {
  var isProduct: Bool {
    if case .product = self { true } else { false }
  }
}

extension ChainStep: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    domain.write(to: &writer)
    writer.write(rowsPerBlock)
    writer.write(columnsPerBlock)
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
    domain = try reader.value()
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

extension ChainStep {
  func passes(_ index: Int) -> [PlannedPass] {
    var passes: [PlannedPass] = []
    var format: PlannedPass.Elements
    switch source {
    case .view(_, let elements): format = elements.elements
    case .product:
      passes.append(PlannedPass(step: index, name: "matmul", reads: .codes, leaves: .int32))
      format = .int32
    }
    for stage in stages {
      let leaves = stage.output.elements
      passes.append(
        PlannedPass(step: index, name: stage.operation.name, reads: format, leaves: leaves)
      )
      format = leaves
    }
    return passes
  }
}

extension ChainStep: Separable {
  func separated() -> ChainStep {
    ChainStep(
      domain: domain,
      rowsPerBlock: rowsPerBlock,
      columnsPerBlock: columnsPerBlock,
      source: source.separated(),
      stages: stages.separated(),
      sink: sink.separated(),
      sinkFormat: sinkFormat,
      scratch: scratch.map { $0 }
    )
  }
}

extension ChainStep.Source: Separable {
  func separated() -> ChainStep.Source {
    switch self {
    case .view(let place, let format): .view(place.separated(), format)
    case .product(let product): .product(product.separated())
    }
  }
}
