import IntaglioGraph

/// Real → code by the columns of a block.
struct Quantization: Sendable {
  /// Float32 per column.
  let scale: Table
  /// Float32 per column; includes the bias of the storage.
  let zero: Table
  /// Of what is stored.
  let limits: ClosedRange<Int32>
  let placement: ZeroPointPlacement
}

extension Quantization: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(scale)
    try writer.write(zero)
    writer.write(limits)
    writer.write(placement == .beforeRounding)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    scale = try reader.value()
    zero = try reader.value()
    limits = try reader.range()
    placement = try reader.flag() ? .beforeRounding : .afterRounding
  }
}

extension Quantization: Separable {
  func separated() -> Quantization {
    Quantization(
      scale: scale.separated(),
      zero: zero.separated(),
      limits: limits,
      placement: placement
    )
  }
}
