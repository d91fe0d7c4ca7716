import IntaglioGraph
import IntaglioNumerics

extension Requantization: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    switch self {
    case .steps(let steps):
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
    case 0: self = .steps(try reader.value())
    case 1: self = .dyadic(try reader.value())
    case 2: self = .exactly(try reader.value(), try reader.value())
    default: throw reader.malformed("a form of requantization")
    }
  }
}

extension StepCounting: StoredInPlan {
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

extension ExactRounding: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    switch self {
    case .tables(let tables):
      writer.write(UInt8(0))
      try writer.write(tables.map(StoredTable.init))
    case .affine(let rounding, let zeroPoints, let codes):
      writer.write(UInt8(1))
      writer.write(Int64(codes.lowerBound))
      writer.write(Int64(codes.upperBound))
      try writer.write(zeroPoints)
      try writer.write(rounding.exactMultipliers.map(StoredRatio.init))
      try writer.write(rounding.exactOffsets.map(StoredRatio.init))
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    switch try reader.number(UInt8.self) {
    case 0:
      let tables = try reader.values(StoredTable.self).map(\.table)
      guard !tables.isEmpty else { throw reader.malformed("a table") }
      self = .tables(tables)
    case 1:
      let (low, high): (Int64, Int64) = (try reader.number(), try reader.number())
      let zeroPoints: [Int] = try reader.values()
      let multipliers = try reader.values(StoredRatio.self).map(\.value)
      let offsets = try reader.values(StoredRatio.self).map(\.value)
      guard low <= high, low >= Int32.min, high <= Int32.max, !zeroPoints.isEmpty,
        multipliers.count == zeroPoints.count, offsets.count == zeroPoints.count
      else { throw reader.malformed("rules of rounding") }
      self = .affine(
        AffineRounding(multipliers: multipliers, offsets: offsets),
        zeroPoints: zeroPoints,
        codes: Int(low)...Int(high)
      )
    default: throw reader.malformed("a form of rounding")
    }
  }

  /// How many rules there are.
  var ruleCount: Int {
    switch self {
    case .tables(let tables): tables.count
    case .affine(_, let zeroPoints, _): zeroPoints.count
    }
  }
}

/// A step table by its parts.
private struct StoredTable: StoredInPlan {
  let table: StepTable

  init(_ table: StepTable) { self.table = table }

  func write(to writer: inout PlanWriter) {
    writer.write(table.base)
    writer.write(table.thresholds.count)
    for (threshold, step) in zip(table.thresholds, table.steps) {
      writer.write(Int64(threshold))
      writer.write(Int8(step))
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    let base = try reader.integer()
    var (thresholds, steps): ([Int], [Int]) = ([], [])
    for _ in 0..<(try reader.count()) {
      thresholds.append(Int(try reader.number(Int64.self)))
      steps.append(Int(try reader.number(Int8.self)))
    }
    do {
      table = try StepTable(base: base, thresholds: thresholds, steps: steps)
    } catch {
      throw reader.malformed("a step table (\(error))")
    }
  }
}

/// An exact number by its bytes.
struct StoredRatio: StoredInPlan {
  let value: Rational

  init(_ value: Rational) { self.value = value }

  func write(to writer: inout PlanWriter) {
    var bytes: [UInt8] = []
    value.append(to: &bytes)
    writer.write(bytes.count)
    for byte in bytes { writer.write(byte) }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    var bytes: [UInt8] = []
    for _ in 0..<(try reader.count()) { bytes.append(try reader.number()) }
    let value = bytes.withUnsafeBytes { bytes in
      var offset = 0
      return Rational(bytes: bytes, at: &offset)
    }
    // One way to write a number: in lowest terms, without words of zeros.
    var canonical: [UInt8] = []
    value?.append(to: &canonical)
    guard let value, canonical == bytes else { throw reader.malformed("a ratio in lowest terms") }
    self.value = value
  }
}
