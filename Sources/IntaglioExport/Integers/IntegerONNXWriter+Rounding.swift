import IntaglioGraph
import IntaglioNumerics

extension IntegerONNXWriter {
  /// Few codes are found among thresholds, many by a guess and one comparison.
  mutating func requantize(_ value: Value, _ requantizer: Requantizer) throws(ExportError) {
    let operand = operand(value)
    if requantizer.type.bits <= 5, let tables = tables(requantizer) {
      return finish(search(tables, wide(operand)), value)
    }
    let range = range(operand)
    let line = try exact(value) { () throws(ExactFormError) in
      try ExactLine(requantizer, dividend: range)
    }
    finish(self.line(line, wide(operand)), value)
  }

  private func tables(_ requantizer: Requantizer) -> Broadcast<ThresholdTable>? {
    let pairs = requantizer.multiplier.combined(requantizer.offset) { [$0, $1] }
    return pairs?.combined(requantizer.zeroPoint) { pair, zeroPoint in
      ThresholdTable(
        multiplier: pair[0],
        offset: pair[1],
        zeroPoint: zeroPoint,
        codes: requantizer.type.range
      )
    }
  }

  /// The code by halving: as many steps as a row of thresholds has digits.
  mutating func search(_ tables: Broadcast<ThresholdTable>, _ operand: String) -> String {
    let rows = ThresholdRows(tables)
    let thresholds = build.constant(rows.thresholds, .int64, [rows.thresholds.count])
    var place: String?
    for step in (0..<rows.steps).reversed().map({ 1 << $0 }) {
      let threshold: String
      if let place {
        threshold = build.gather(thresholds, build.add(place, step - 1))
      } else {
        threshold = build.constant(rows.starts.map { rows.thresholds[$0 + step - 1] })
      }
      let isPast = build.multiply(build.isAtLeast(operand, threshold), step)
      place = place.map { build.add($0, isPast) } ?? build.add(isPast, rows.starts)
    }
    // A table without thresholds is a constant of the operand's shape.
    let last = place ?? build.add(build.multiply(operand, 0), rows.starts)
    return build.gather(build.constant(rows.codes, .int64, [rows.codes.count]), last)
  }

  mutating func lookup(_ value: Value, _ lookup: LookupFunction) {
    let index = build.add(wide(operand(value)), -lookup.index.range.lowerBound)
    let table = build.constant(lookup.entries, element(of: value), [lookup.entries.count])
    build.node("Gather", [table, index], [.int("axis", 0)], output: tensor(value))
  }

  /// The distance to the row's extreme, then its code.
  mutating func rowThresholds(_ value: Value, _ rows: RowThresholds) {
    let scores = wide(operand(value))
    let distance: String
    if rows.fallsFromLargest {
      distance = build.subtract(build.reduce("ReduceMax", scores), scores)
    } else {
      distance = build.subtract(scores, build.reduce("ReduceMin", scores))
    }
    let near = build.least(distance, build.constant(RowThresholds.farthest))
    finish(search(rows.tables, near), value)
  }

  /// (Σ multiplier·a + offset) ⊘ shift: (v + 2ⁿ⁻¹ − 1 + ((v ≫ n) mod 2)) ≫ n, v moved up by 2⁶¹.
  mutating func scaledSum(_ value: Value, _ sum: ScaledSum) throws(ExportError) {
    let ranges = graph[value].operands.map { range($0) }
    try exact(value) { () throws(ExactFormError) in try ExactSum.check(sum, ranges) }
    var total: String?
    for (index, multiplier) in sum.multipliers.enumerated() {
      let product = build.multiply(wide(operand(value, index)), multiplier)
      total = total.map { build.add($0, product) } ?? product
    }
    let up = build.add(total ?? "", sum.offset.map { $0 + 1 << 61 })
    let power = build.constant(sum.shift.map { 1 << $0 })
    var parity = build.parity(build.divide(up, power))
    let isShifted = sum.shift.map { $0 > 0 ? 1 : 0 }
    parity = build.multiply(parity, isShifted)
    let half = sum.shift.map { $0 > 0 ? 1 << ($0 - 1) - 1 : 0 }
    let rounded = build.divide(build.add(build.add(up, half), parity), power)
    let down = build.add(rounded, sum.shift.map { -(1 << (61 - $0)) })
    finish(build.clip(down, sum.type.range), value)
  }

  /// a/b rounded; a/0 counts as 0.
  mutating func quotient(_ value: Value, _ quotient: Quotient) throws(ExportError) {
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
    var (above, below) = (wide(dividend), wide(divisor))
    if b.lowerBound == 0 {
      above = build.multiply(above, build.isAtLeast(below, build.constant(1)))
      below = build.node("Max", [below, build.constant(1)])
    }
    finish(self.line(line, above, over: below), value)
  }

  /// The guess, and the tie above it.
  private mutating func line(_ line: ExactLine, _ a: String, over b: String? = nil) -> String {
    let entries = line.entries
    var sum = build.multiply(a, entries.map(\.multiplier))
    var guess: String
    if let b {
      sum = build.add(sum, build.multiply(b, entries.map(\.offset)))
      guess = build.floorDivide(sum, build.multiply(b, entries.map { 1 << $0.shift }))
    } else {
      sum = build.add(sum, entries.map(\.offset))
      guess = build.floorShift(sum, entries.map(\.shift))
    }
    guess = build.clip(guess, line.codes.lowerBound...line.codes.upperBound - 1)
    let next = build.add(guess, 1)
    var terms: [String] = []
    for limb in 0..<line.limbCount {
      let product = build.multiply(a, entries.map { $0.slope[limb] })
      let step = build.multiply(next, entries.map { -$0.step[limb] })
      var rest = build.add(step, entries.map { $0.constant[limb] })
      if let b { rest = build.multiply(rest, b) }
      terms.append(build.add(product, rest))
    }
    let odd = build.parity(build.add(next, entries.map { -$0.zeroPoint }))
    terms[0] = build.subtract(terms[0], odd)
    return build.add(guess, isNotNegative(terms, bits: ExactLine.limbBits))
  }

  /// 1 where Σ termᵢ·2^(bits·i) ≥ 0, else 0, for terms below 2⁶⁰.
  mutating func isNotNegative(_ terms: [String], bits: Int) -> String {
    var sum = terms[0]
    for term in terms.dropFirst() {
      sum = build.add(term, build.floorShift(sum, Broadcast(bits)))
    }
    return build.isAtLeast(sum, build.constant(0))
  }
}
