/// Elements moved from one view to another, codes optionally to another bias.
struct CopyStep: WalksDomain, Sendable {
  let domain: LoopDomain
  let source: Place
  let sink: Place
  /// In bytes: 1 or 4.
  let elementSize: Int
  /// Added to every code, modulo 256.
  let offset: UInt8
}

extension CopyStep: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    domain.write(to: &writer)
    try writer.write(source)
    try writer.write(sink)
    writer.write(elementSize)
    writer.write(offset)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    domain = try reader.value()
    source = try reader.value()
    sink = try reader.value()
    elementSize = try reader.positive()
    offset = try reader.number()
    guard elementSize == 1 || elementSize == 4 else { throw reader.malformed("a size of 1 or 4") }
  }
}

extension CopyStep: Separable {
  func separated() -> CopyStep {
    CopyStep(
      domain: domain,
      source: source.separated(),
      sink: sink.separated(),
      elementSize: elementSize,
      offset: offset
    )
  }
}
