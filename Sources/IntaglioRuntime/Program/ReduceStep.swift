/// The sum or mean along one axis; every element of the domain is one result.
struct ReduceStep: WalksDomain, Sendable {
  let domain: LoopDomain
  /// At the first of the elements that a result takes together.
  let source: Place
  let format: ElementFormat
  /// The reduced axis.
  let extent: Int
  let stride: Int
  let sink: Place
  /// Whether the sum is divided by `extent`.
  let isMean: Bool
}

extension ReduceStep: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    domain.write(to: &writer)
    try writer.write(source)
    try writer.write(format)
    writer.write(extent)
    writer.write(stride)
    try writer.write(sink)
    writer.write(isMean)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    domain = try reader.value()
    source = try reader.value()
    format = try reader.value()
    extent = try reader.extent()
    stride = try reader.extent()
    sink = try reader.value()
    isMean = try reader.flag()
  }
}

extension ReduceStep: Separable {
  func separated() -> ReduceStep {
    ReduceStep(
      domain: domain,
      source: source.separated(),
      format: format,
      extent: extent,
      stride: stride,
      sink: sink.separated(),
      isMean: isMean
    )
  }
}
