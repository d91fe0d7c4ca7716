import IntaglioGraph
import IntaglioNumerics

extension IntegerONNXWriter {
  /// Powers by a table, their sum, and the code of each over the sum: see `ExactSoftmax`.
  mutating func softmax(_ value: Value, _ softmax: IntegerSoftmax) throws(ExportError) {
    let operand = operand(value)
    let count = graph.type(of: operand).shape.last ?? 1
    let form = try exact(value) { () throws(ExactFormError) in
      try ExactSoftmax(softmax, count: count)
    }
    guard let fallsFromLargest = form.fallsFromLargest else {
      throw refusal(value, "scores with scales of both signs", "use scales of one sign")
    }
    let scores = wide(operand)
    let distance: String
    if fallsFromLargest {
      distance = build.subtract(build.reduce("ReduceMax", scores), scores)
    } else {
      distance = build.subtract(scores, build.reduce("ReduceMin", scores))
    }
    let power = power(distance, form)
    let sum = build.reduce("ReduceSum", power)
    finish(probability(power, over: sum, form), value)
  }

  private mutating func power(_ distance: String, _ form: ExactSoftmax) -> String {
    let entries = form.entries
    let table = form.powers
    switch form.kind {
    case .halfEven:
      let near = build.least(distance, build.constant(entries.map(\.cap)))
      let product = build.multiply(near, entries.map(\.multiplier))
      let unit = build.constant(entries.map { 1 << $0.shift })
      var parity = build.parity(build.divide(product, unit))
      parity = build.multiply(parity, entries.map { $0.shift > 0 ? 1 : 0 })
      let half = entries.map { $0.shift > 0 ? 1 << ($0.shift - 1) - 1 : 0 }
      let place = build.divide(build.add(build.add(product, half), parity), unit)
      return build.gather(build.constant(table, .int64, [table.count]), place)
    case .halfUp:
      let half = entries.map { $0.dropped > 0 ? 1 << ($0.dropped - 1) : 0 }
      let dropped = entries.map { 1 << $0.dropped }
      var near = build.add(distance, half)
      if dropped.uniform != 1 { near = build.divide(near, build.constant(dropped)) }
      near = build.least(near, build.constant(entries.map(\.cap)))
      let product = build.multiply(near, entries.map(\.multiplier))
      let up = build.add(product, entries.map { 1 << ($0.shift - 1) })
      let place = build.divide(up, build.constant(entries.map { 1 << $0.shift }))
      return build.gather(build.constant(table, .int64, [table.count]), place)
    case .shiftmax: return shiftPower(distance, entries.map(\.multiplier))
    }
  }

  /// I-ViT's line between powers of two, all signs turned: P = min(D + ⌈D/2⌉ − ⌈D/16⌉, 15·U).
  private mutating func shiftPower(_ distance: String, _ unit: Broadcast<Int>) -> String {
    let halves = build.divide(build.add(distance, 1), build.constant(2))
    let parts = build.divide(build.add(distance, 15), build.constant(16))
    let far = build.subtract(build.add(distance, halves), parts)
    let p = build.least(far, build.constant(unit.map { 15 * $0 }))
    let whole = build.divide(p, build.constant(unit))
    let rest = build.subtract(build.multiply(whole, unit), p)
    let line = build.add(rest, unit.map { 2 * $0 })
    let powers = build.constant((0...15).map { 1 << (15 - $0) }, .int64, [16])
    return build.divide(build.multiply(line, build.gather(powers, whole)), build.constant(2))
  }

  /// round(q·e/(p·Σ) + inside) + outside, half to even, clamped.
  private mutating func probability(
    _ power: String,
    over sum: String,
    _ form: ExactSoftmax
  ) -> String {
    let entries = form.entries
    let divisor = build.multiply(sum, entries.map(\.numerator))
    let twice = build.multiply(divisor, 2)
    let dividend = build.add(build.multiply(power, entries.map { 2 * $0.denominator }), divisor)
    let floor = build.divide(dividend, twice)
    let isTie = build.cast(
      build.node("Equal", [build.multiply(floor, twice), dividend]),
      .int64
    )
    let odd = build.parity(build.add(floor, entries.map(\.inside)))
    let rounded = build.subtract(floor, build.multiply(isTie, odd))
    let code = build.add(rounded, entries.map { $0.inside + $0.outside })
    return build.clip(code, form.codes)
  }
}
