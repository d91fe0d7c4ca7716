import IntaglioGraph
import IntaglioNumerics

extension CWriter {
  /// A number that may vary: itself, or an element of a table.
  ///
  /// `place` is where an element's number stands in the table.
  mutating func number(
    _ name: String,
    _ value: Value,
    _ numbers: Broadcast<Int>,
    _ place: String
  ) -> String {
    if let uniform = numbers.uniform { return CText.long(uniform) }
    let table = add("\(table(value))_\(name)", numbers.values)
    return "\(table)[\(place)]"
  }

  /// Few codes are found among thresholds, many by a multiplier that agrees with all of them, or by a
  /// guess and one comparison.
  mutating func requantize(
    _ value: Value,
    _ requantizer: Requantizer
  ) throws(ExportError) -> [String] {
    let pairs = requantizer.multiplier.combined(requantizer.offset) { [$0, $1] }
    let range = range(operand(value))
    if requantizer.type.bits <= 5,
      let tables = pairs?.combined(
        requantizer.zeroPoint,
        { Self.table($0, $1, requantizer.type.range) }
      )
    {
      return try search(value, tables)
    }
    let line = try exact(value) { () throws(ExactFormError) in
      try ExactLine(requantizer, dividend: range)
    }
    addLines(value, line)
    let nest = LoopNest(
      shape(value),
      [own(value), own(operand(value)), steps(line.entries, over: value)]
    )
    let (low, high) = (line.codes.lowerBound, line.codes.upperBound)
    let call =
      "line_code(&\(table(value))_line[\(nest.place(2))], a[\(nest.place(1))], 1, \(low), \(high))"
    return [pointer("a", operand(value)), pointer("r", value, isResult: true)]
      + nest.lines(["r[\(nest.place(0))] = (\(type(value)))\(call);"])
  }

  private static func table(
    _ pair: [Rational],
    _ zeroPoint: Int,
    _ codes: ClosedRange<Int>
  ) -> ThresholdTable {
    ThresholdTable(multiplier: pair[0], offset: pair[1], zeroPoint: zeroPoint, codes: codes)
  }

  private mutating func addLines(_ value: Value, _ line: ExactLine) {
    helpers.insert(.line)
    limits.lineLimbs = max(limits.lineLimbs, line.limbCount)
    let entries = line.entries.values.map { entry in
      let limbs = [entry.slope, entry.constant, entry.step].map { limbs in
        "{" + limbs.map(String.init).joined(separator: ", ") + "}"
      }
      return "{\(CText.long(entry.multiplier)), \(CText.long(entry.offset)), \(entry.shift), "
        + "\(entry.zeroPoint), \(limbs.joined(separator: ", "))}"
    }
    add(
      "\(table(value))_line",
      structures: "line",
      entries,
      bytes: 24 + 12 * line.limbCount
    )
  }

  /// a over the divisor of its row; a/0 counts as 0.
  mutating func quotient(_ value: Value, _ quotient: Quotient) throws(ExportError) -> [String] {
    let (dividend, divisor) = (operand(value), operand(value, 1))
    let (a, b) = (range(dividend), range(divisor))
    guard b.lowerBound >= 0, b.upperBound > 0 else {
      throw refusal(
        value,
        "a division by \(b.lowerBound)…\(b.upperBound)",
        "divide by sums of codes"
      )
    }
    let line = try exact(value) { () throws(ExactFormError) in
      try ExactLine(quotient.requantizer, dividend: a, divisor: 1...b.upperBound)
    }
    addLines(value, line)
    let nest = LoopNest(
      shape(value),
      [
        own(value), own(dividend), Shape.broadcastStrides(from: shape(divisor), to: shape(value)),
        steps(line.entries, over: value),
      ]
    )
    let (low, high) = (line.codes.lowerBound, line.codes.upperBound)
    let entry = "&\(table(value))_line[\(nest.place(3))]"
    let divided = "d == 0 ? 0 : a[\(nest.place(1))], d == 0 ? 1 : d, \(low), \(high)"
    return [
      pointer("a", dividend), pointer("b", divisor), pointer("r", value, isResult: true),
    ]
      + nest.lines([
        "int32_t d = b[\(nest.place(2))];",
        "r[\(nest.place(0))] = (\(type(value)))line_code(\(entry), \(divided));",
      ])
  }

  // MARK: Tables

  /// Thresholds and codes of a node's tables.
  private mutating func addTables(
    _ value: Value,
    _ tables: Broadcast<ThresholdTable>,
    _ operand: ClosedRange<Int>
  ) throws(ExportError) -> (rows: ThresholdRows, starts: Broadcast<Int>) {
    helpers.insert(.place)
    let rows = ThresholdRows(tables)
    guard operand.upperBound < Int(Int32.max) else {
      throw refusal(value, "integers up to 2³¹ − 1", "use narrower accumulators")
    }
    let thresholds = rows.thresholds.map { min($0, Int(Int32.max)) }
    _ = add("\(table(value))_thresholds", thresholds, type: "int32_t")
    _ = add("\(table(value))_codes", rows.codes)
    return (rows, rows.starts)
  }

  /// The code at the place of an integer among thresholds.
  mutating func search(
    _ value: Value,
    _ tables: Broadcast<ThresholdTable>
  ) throws(ExportError) -> [String] {
    let (rows, starts) = try addTables(value, tables, range(operand(value)))
    let nest = LoopNest(
      shape(value),
      [own(value), own(operand(value)), steps(starts, over: value)]
    )
    let start = number("start", value, starts, nest.place(2))
    let found = found(value, rows, "a[\(nest.place(1))]")
    return [pointer("a", operand(value)), pointer("r", value, isResult: true)]
      + nest.lines(["int32_t start = \(start);", "r[\(nest.place(0))] = \(found);"])
  }

  private func found(_ value: Value, _ rows: ThresholdRows, _ integer: String) -> String {
    let name = table(value)
    let place = "place(\(name)_thresholds + start, \(rows.width - 1), \(integer))"
    return "(\(type(value)))\(name)_codes[start + \(place)]"
  }

  mutating func lookup(_ value: Value, _ lookup: LookupFunction) -> [String] {
    let entries = add("\(table(value))_entries", lookup.entries, type: type(value))
    let nest = LoopNest(shape(value), [own(value), own(operand(value))])
    let index = "a[\(nest.place(1))] - (\(lookup.index.range.lowerBound))"
    return [pointer("a", operand(value)), pointer("r", value, isResult: true)]
      + nest.lines(["r[\(nest.place(0))] = \(entries)[\(index)];"])
  }

  /// The distance to the row's extreme, then its code.
  mutating func rowThresholds(_ value: Value, _ rows: RowThresholds) throws(ExportError) -> [String]
  {
    let source = operand(value)
    let (found, starts) = try addTables(value, rows.tables, 0...RowThresholds.farthest)
    let width = shape(value).last ?? 1
    let outer = Array(shape(value).dropLast())
    let nest = LoopNest(
      outer,
      [own(value), own(source), steps(starts, over: value)].map { Array($0.dropLast()) }
    )
    let start = number("start", value, starts, nest.place(2))
    let (sign, distance) =
      rows.fallsFromLargest
      ? (">", "(int64_t)extreme - x[k]") : ("<", "(int64_t)x[k] - extreme")
    let type = type(source)
    return [pointer("a", source), pointer("r", value, isResult: true)]
      + nest.lines([
        "const \(type) *x = a + \(nest.place(1));",
        "int32_t start = \(start), extreme = x[0];",
        "for (int32_t k = 1; k < \(width); k++) if (x[k] \(sign) extreme) extreme = x[k];",
        "for (int32_t k = 0; k < \(width); k++) {",
        "  int64_t distance = \(distance);",
        "  if (distance > \(RowThresholds.farthest)) distance = \(RowThresholds.farthest);",
        "  r[\(nest.place(0)) + k] = \(self.found(value, found, "distance"));",
        "}",
      ])
  }

  // MARK: Streams

  mutating func scaledSum(_ value: Value, _ sum: ScaledSum) throws(ExportError) -> [String] {
    helpers.formUnion([.roundShift, .clamp])
    let operands = graph[value].operands
    let ranges = operands.map { self.range($0) }
    try exact(value) { () throws(ExactFormError) in try ExactSum.check(sum, ranges) }
    let nest = LoopNest(
      shape(value),
      [own(value)] + operands.map { own($0) } + sum.multipliers.map { steps($0, over: value) }
        + [steps(sum.offset, over: value), steps(sum.shift, over: value)]
    )
    var lines: [String] = []
    var terms: [String] = []
    for index in operands.indices {
      lines.append(pointer("a\(index)", operands[index]))
      let multiplier = number(
        "multiplier\(index)",
        value,
        sum.multipliers[index],
        nest.place(1 + operands.count + index)
      )
      terms.append("(int64_t)\(multiplier) * a\(index)[\(nest.place(1 + index))]")
    }
    let last = nest.steps.count - 1
    terms.append(number("offset", value, sum.offset, nest.place(last - 1)))
    let shift = number("shift", value, sum.shift, nest.place(last))
    let limits = sum.type.range
    lines.append(pointer("r", value, isResult: true))
    return lines
      + nest.lines([
        "int64_t sum = \(terms.joined(separator: " + "));",
        "r[\(nest.place(0))] = (\(type(value)))clamp(round_shift(sum, \(shift)), "
          + "\(limits.lowerBound), \(limits.upperBound));",
      ])
  }
}
