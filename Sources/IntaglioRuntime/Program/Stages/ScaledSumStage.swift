/// Integers joined on a stream, (17).
struct ScaledSumStage: Sendable {
  struct Other: Sendable {
    let place: Place
    /// i64 per column.
    let factors: Table
  }

  /// i64 per column.
  let factors: Table
  let other: Other?
  /// i64 per column.
  let offset: Table
  /// i32 per column.
  let shift: Table
  let limits: ClosedRange<Int32>
  /// Which counter of the worker takes what saturates.
  let counter: Int
}

extension ScaledSumStage: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(factors)
    writer.write(other != nil)
    if let other {
      try writer.write(other.place)
      try writer.write(other.factors)
    }
    try writer.write(offset)
    try writer.write(shift)
    writer.write(limits)
    writer.write(counter)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    factors = try reader.value()
    other =
      try reader.flag() ? Other(place: try reader.value(), factors: try reader.value()) : nil
    offset = try reader.value()
    shift = try reader.value()
    limits = try reader.range()
    counter = try reader.count()
  }
}

extension ScaledSumStage: Separable {
  func separated() -> ScaledSumStage {
    ScaledSumStage(
      factors: factors.separated(),
      other: other.map {
        Other(place: $0.place.separated(), factors: $0.factors.separated())
      },
      offset: offset.separated(),
      shift: shift.separated(),
      limits: limits,
      counter: counter
    )
  }
}
