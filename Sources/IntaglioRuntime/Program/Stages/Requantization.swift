/// Integers → codes, in the form that is cheapest where it is exact.
enum Requantization: Sendable {
  case thresholds(ThresholdCounting)
  case dyadic(DyadicScaling)
  /// Where neither form is exact; the table holds for each column which rule it follows.
  case exactly(ExactRounding, Table)
}

/// Counting integer thresholds, for few codes.
struct ThresholdCounting: Sendable {
  let rising: Int
  /// `[rising, columns]` of i32.
  let rises: Table
  let falling: Int
  /// `[falling, columns]` of i32.
  let falls: Table
  /// i32 per column.
  let base: Table
}

/// Multiply, add, shift, clamp.
struct DyadicScaling: Sendable {
  /// i32 per column.
  let multiplier: Table
  /// i64 per column.
  let bias: Table
  /// i32 per column.
  let shift: Table
  /// Of what is stored.
  let limits: ClosedRange<Int32>
  /// Where this gives another code than it should; mostly nowhere.
  let exceptions: Exceptions?

  struct Exceptions: Sendable {
    let count: Int
    /// `[count, columns]` of i32.
    let values: Table
    /// `[count, columns]` of u8.
    let codes: Table
  }
}

extension Requantization: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    switch self {
    case .thresholds(let steps):
      writer.write(UInt8(0))
      try writer.write(steps)
    case .dyadic(let dyadic):
      writer.write(UInt8(1))
      try writer.write(dyadic)
    case .exactly(let rounding, let table):
      writer.write(UInt8(2))
      try writer.write(rounding)
      try writer.write(table)
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    switch try reader.number(UInt8.self) {
    case 0: self = .thresholds(try reader.value())
    case 1: self = .dyadic(try reader.value())
    case 2: self = .exactly(try reader.value(), try reader.value())
    default: throw reader.malformed("a form of requantization")
    }
  }
}

extension ThresholdCounting: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    writer.write(rising)
    try writer.write(rises)
    writer.write(falling)
    try writer.write(falls)
    try writer.write(base)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    rising = try reader.count()
    rises = try reader.tableOrNone()
    falling = try reader.count()
    falls = try reader.tableOrNone()
    base = try reader.value()
  }
}

extension PlanReader {
  /// A table that may have no rows.
  fileprivate mutating func tableOrNone() throws(PlanStorageError) -> Table {
    Table(region: try value(), starts: try starts(), rows: try count())
  }
}

extension DyadicScaling: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(multiplier)
    try writer.write(bias)
    try writer.write(shift)
    writer.write(limits)
    writer.write(exceptions != nil)
    if let exceptions {
      writer.write(exceptions.count)
      try writer.write(exceptions.values)
      try writer.write(exceptions.codes)
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    multiplier = try reader.value()
    bias = try reader.value()
    shift = try reader.value()
    limits = try reader.range()
    exceptions =
      try reader.flag()
      ? Exceptions(
        count: try reader.positive(),
        values: try reader.value(),
        codes: try reader.value()
      ) : nil
  }
}

extension Requantization: Separable {
  func separated() -> Requantization {
    switch self {
    case .thresholds(let steps): .thresholds(steps.separated())
    case .dyadic(let dyadic): .dyadic(dyadic.separated())
    // Slow whatever threads do.
    case .exactly(let rounding, let table): .exactly(rounding, table.separated())
    }
  }
}

extension ThresholdCounting: Separable {
  func separated() -> ThresholdCounting {
    ThresholdCounting(
      rising: rising,
      rises: rises.separated(),
      falling: falling,
      falls: falls.separated(),
      base: base.separated()
    )
  }
}

extension DyadicScaling: Separable {
  func separated() -> DyadicScaling {
    DyadicScaling(
      multiplier: multiplier.separated(),
      bias: bias.separated(),
      shift: shift.separated(),
      limits: limits,
      exceptions: exceptions.map {
        Exceptions(count: $0.count, values: $0.values.separated(), codes: $0.codes.separated())
      }
    )
  }
}
