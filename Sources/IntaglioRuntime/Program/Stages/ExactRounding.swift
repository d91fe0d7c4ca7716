import IntaglioGraph
import IntaglioNumerics

/// clamp(round(m·a + b) + z), exactly, one accumulator at a time; one rule per entry.
enum ExactRounding: Sendable {
  case tables([ThresholdTable])
  case affine(AffineRounding, zeroPoints: [Int], codes: ClosedRange<Int>)

  func callAsFunction(_ accumulator: Int, rule: Int) -> Int {
    switch self {
    case .tables(let tables):
      return tables[rule](accumulator)
    case .affine(let rounding, let zeroPoints, let codes):
      let zeroPoint = zeroPoints[rule]
      let range = codes.lowerBound - zeroPoint...codes.upperBound - zeroPoint
      return rounding(accumulator, rule, within: range) + zeroPoint
    }
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

/// A threshold table by its parts.
private struct StoredTable: StoredInPlan {
  let table: ThresholdTable

  init(_ table: ThresholdTable) { self.table = table }

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
      table = try ThresholdTable(base: base, thresholds: thresholds, steps: steps)
    } catch {
      throw reader.malformed("a threshold table (\(error))")
    }
  }
}
