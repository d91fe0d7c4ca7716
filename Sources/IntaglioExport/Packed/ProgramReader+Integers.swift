import IntaglioData
import IntaglioGraph
import IntaglioNumerics

// What stands in the place of reals. Values that would break a precondition are found here; whether
// the rest fits the operands is the graph's to check.

extension ProgramReader {
  mutating func steps(_ record: NodeRecord) throws(ExportError) -> MultiThreshold {
    let type = try integer(record.to, record)
    let parts = try require(record.tables, "tables", record)
    try requireFilled(parts.shape, nil, "tables", record)
    let count = parts.shape.reduce(1, *)
    let bases = try row(parts.bases, count: count, "bases", record)
    let counts = try row(parts.counts, count: count, "counts", record)
    var total = 0
    for count in counts {
      guard (0...Shape.countLimit - total).contains(count) else {
        throw malformed(record, expected: "numbers of thresholds", found: "\(count)")
      }
      total += count
    }
    let thresholds = try row(parts.thresholds, count: total, "thresholds", record)
    let steps = try parts.steps.map { steps throws(ExportError) in
      try row(steps, count: total, "steps", record)
    }
    var tables: [ThresholdTable] = []
    var start = 0
    for (base, count) in zip(bases, counts) {
      let range = start..<start + count
      start += count
      do {
        tables.append(
          try ThresholdTable(
            base: base,
            thresholds: Array(thresholds[range]),
            steps: steps.map { Array($0[range]) } ?? Array(repeating: 1, count: count)
          )
        )
      } catch {
        throw malformed(
          record,
          expected: "threshold tables",
          found: "table \(tables.count), \(error)"
        )
      }
    }
    return MultiThreshold(type, tables: try broadcast(tables, parts.shape, "tables", record))
  }

  mutating func rowThresholds(_ record: NodeRecord) throws(ExportError) -> RowThresholds {
    let steps = try steps(record)
    return RowThresholds(
      steps.type,
      tables: steps.tables,
      fallsFromLargest: try require(record.fromLargest, "fromLargest", record)
    )
  }

  mutating func lookup(_ record: NodeRecord) throws(ExportError) -> LookupFunction {
    let type = try integer(record.to, record)
    let index = try integer(record.index, record)
    guard index.bits <= 16 else {
      throw malformed(record, expected: "indices of at most 16 bits", found: "\(index)")
    }
    let entries: [Int]
    if record.tables != nil {
      let tables = try steps(record).tables
      guard let table = tables.uniform else {
        throw malformed(record, expected: "one table", found: "tables of shape \(tables.shape)")
      }
      entries = table.codes(over: index.range)
    } else {
      entries = try row(record.entries, count: index.range.count, "entries", record)
    }
    guard let other = entries.first(where: { !type.range.contains($0) }) else {
      return LookupFunction(type, index: index, entries: entries)
    }
    throw malformed(record, expected: "entries of type \(type)", found: "\(other)")
  }

  mutating func stream(_ record: NodeRecord) throws(ExportError) -> ScaledSum {
    var multipliers: [Broadcast<Int>] = []
    for multiplier in try require(record.multipliers, "multipliers", record) {
      multipliers.append(try integers(multiplier, "multipliers", record))
    }
    return ScaledSum(
      try integer(record.to, record),
      multipliers: multipliers,
      offset: try integers(record.addend, "addend", record),
      shift: try integers(record.shift, "shift", record)
    )
  }

  mutating func norm(_ record: NodeRecord) throws(ExportError) -> IntegerNorm {
    IntegerNorm(
      isCentered: try require(record.centered, "centered", record),
      left: try integers(record.left, "left", record),
      epsilon: try rational(try require(record.ratio, "ratio", record), record),
      method: try record.root.map { root throws(ExportError) in
        .fixedPoint(try self.root(root, record))
      } ?? .exact,
      requantizer: try requantizer(record)
    )
  }

  private func root(
    _ root: RootRecord,
    _ record: NodeRecord
  ) throws(ExportError) -> FixedPointRoot {
    guard let epsilon = UInt128(root.epsilon, radix: 16),
      let widths = FixedPointRoot(
        stated: root.fraction,
        rootBits: root.root,
        scaleBits: root.scale,
        epsilon: epsilon
      )
    else { throw malformed(record, expected: "widths of a fixed-point root", found: "\(root)") }
    return widths
  }

  mutating func softmax(_ record: NodeRecord) throws(ExportError) -> IntegerSoftmax {
    let form = try require(record.exponential, "exponential", record)
    let exponential: IntegerSoftmax.Exponential =
      switch form.kind {
      case .base2:
        .base2(
          fractionBits: try require(form.fraction, "fraction", record),
          tableBits: try require(form.table, "table", record)
        )
      case .base2Product: .base2Product
      case .shiftmax: .shiftmax
      }
    return IntegerSoftmax(
      scale: try scale(record.multiplier, "multiplier", record),
      exponential: exponential,
      quantizer: try quantizer(record)
    )
  }
}
