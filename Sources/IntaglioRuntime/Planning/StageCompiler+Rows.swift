import IntaglioGraph
import IntaglioNumerics

// What is relative to a row.

extension StageCompiler {
  func rowLookup(
    _ rows: RowThresholds,
    _ bias: Int,
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) -> Stage.Operation {
    let count = rows.distanceCount
    let entries = rows.tables.values.flatMap { table in
      (0..<count).map { UInt8(truncatingIfNeeded: table($0) + bias) }
    }
    return .rowLookup(
      RowLookup(
        count: count,
        starts: cursor.starts.map { $0 * count },
        tables: constants.add(entries)
      )
    )
  }

  func quotient(
    _ quotient: Quotient,
    _ divisor: Place,
    _ values: [StageParameter],
    _ bias: Int,
    _ cursor: Cursor,
    _ constants: inout ConstantPool
  ) throws(PlanError) -> Stage.Operation {
    let codes = quotient.requantizer.type.range
    let zeros = try values.integers("zero point", label) { $0.zeroPoint + bias }
    return .quotient(
      QuotientStage(
        divisor: divisor,
        multiplier: table(values.map(\.scale.doubleValue), cursor, &constants),
        offset: table(values.map(\.offset.doubleValue), cursor, &constants),
        zero: table(zeros, cursor, &constants),
        limits: Int32(codes.lowerBound + bias)...Int32(codes.upperBound + bias),
        undecided: scratch[0],
        rules: ExactRules(values, &constants),
        rule: table((0..<Int32(clamping: values.count)).map { $0 }, cursor, &constants),
        bias: bias
      )
    )
  }
}

extension RowThresholds {
  /// Tables of more distances are counted by thresholds instead.
  private static let mostDistances = 1 << 16

  /// Up to where the code changes: the entries of a table of distances, the last one that of all
  /// larger ones.
  var distanceCount: Int {
    tables.values.compactMap(\.thresholds.last).reduce(0, max) + 1
  }

  /// Whether distances are looked up, not compared with thresholds.
  var hasFewDistances: Bool { distanceCount <= Self.mostDistances }

  /// The codes as a lookup by distance, where one table serves all rows.
  var lookup: LookupFunction? {
    guard hasFewDistances, let table = tables.uniform,
      let index = (1...16).map(IntegerType.u).first(where: { $0.range.count >= distanceCount })
    else { return nil }
    return LookupFunction(type, index: index, entries: index.range.map { table($0) })
  }
}
