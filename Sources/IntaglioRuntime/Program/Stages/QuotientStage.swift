/// Integers → codes of what they are over the divisors of their rows, (37).
struct QuotientStage: Sendable {
  /// i32, one for each row.
  let divisor: Place
  /// f64 per column.
  let multiplier: Table
  let offset: Table
  /// i32 per column; includes the bias of the storage.
  let zero: Table
  /// Of what is stored.
  let limits: ClosedRange<Int32>
  /// Which rows float64 leaves in doubt, a byte each.
  let undecided: Region
  let rules: ExactRules
  /// i32 per column: which rule it follows.
  let rule: Table
  let bias: Int
}

extension QuotientStage: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    try writer.write(divisor)
    for table in [multiplier, offset, zero] { try writer.write(table) }
    writer.write(limits)
    try writer.write(undecided)
    try writer.write(rules)
    try writer.write(rule)
    writer.write(bias)
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    divisor = try reader.value()
    (multiplier, offset, zero) = (try reader.value(), try reader.value(), try reader.value())
    limits = try reader.range()
    undecided = try reader.value()
    rules = try reader.value()
    rule = try reader.value()
    bias = try reader.integer()
    let stored = Int32(Int8.min)...Int32(UInt8.max)
    guard stored.contains(limits.lowerBound), stored.contains(limits.upperBound),
      (-256...256).contains(bias)
    else { throw reader.malformed("the codes of a quotient") }
  }
}

extension QuotientStage: Separable {
  func separated() -> QuotientStage {
    QuotientStage(
      divisor: divisor.separated(),
      multiplier: multiplier.separated(),
      offset: offset.separated(),
      zero: zero.separated(),
      limits: limits,
      undecided: undecided,
      rules: rules,
      rule: rule.separated(),
      bias: bias
    )
  }
}
