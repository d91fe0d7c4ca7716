import IntaglioGraph
import IntaglioNumerics

extension IntegerONNXWriter {
  /// A norm whose codes comparisons of squares decide: see `ExactNorm`.
  mutating func norm(_ value: Value, _ norm: IntegerNorm) throws(ExportError) {
    guard norm.method == .exact else {
      throw refusal(
        value,
        "a norm by an integer root",
        "make the program with '--norms exact' or '--norms rounded:14'"
      )
    }
    let operand = operand(value)
    let count = graph.type(of: operand).shape.last ?? 1
    let range = range(operand)
    let form = try exact(value) { () throws(ExactFormError) in
      try ExactNorm(norm, count: count, operand: range)
    }
    let x = build.multiply(wide(operand), norm.left.map { 1 << $0 })
    let row = RowNumbers(x, form, &build)
    let guess = guess(row, form)
    finish(decided(guess, row, form), value)
  }

  /// ⌊M·ŷ + B + z⌋ or one beside it, by the row's root.
  private mutating func guess(_ row: RowNumbers, _ form: ExactNorm) -> String {
    let entries = form.entries
    let root = row.reciprocal(form, &build)
    var y = build.multiply(row.magnitude, root.up)
    y = build.divide(y, root.down)
    y = build.multiply(y, row.sign)
    let line = build.add(build.multiply(y, entries.map(\.multiplier)), entries.map(\.offset))
    let floor = build.floorShift(line, Broadcast(form.shift))
    return build.clip(floor, form.codes.lowerBound...form.codes.upperBound - 1)
  }

  /// The guess, or one more where A·d is at or beyond R·√(U/q).
  private mutating func decided(
    _ guess: String,
    _ row: RowNumbers,
    _ form: ExactNorm
  ) -> String {
    let (entries, bits) = (form.entries, ExactNorm.limbBits)
    let code = build.add(guess, entries.map { 1 - $0.zeroPoint })
    // R = j′·E − G, its sign and its magnitude.
    let isPast = build.isAtLeast(code, build.constant(entries.map(\.turn)))
    let rootSign = build.add(build.multiply(isPast, 2), -1)
    var root: [String] = []
    for limb in 0..<form.rootLimbs {
      let step = build.multiply(code, entries.map { $0.step[limb] })
      let signed = build.add(step, entries.map { -$0.first[limb] })
      root.append(build.multiply(signed, rootSign))
    }
    root = build.normalized(root, bits: bits, count: form.rootLimbs)
    let rootSquare = build.normalized(
      build.square(root),
      bits: bits,
      count: 2 * form.rootLimbs
    )
    let right = build.columns(rootSquare, row.energy)
    // A²·q·d².
    let limbs = build.split(row.magnitude, bits: bits, count: form.deviationLimbs)
    let deviationSquare = build.normalized(
      build.square(limbs),
      bits: bits,
      count: 2 * form.deviationLimbs
    )
    let squares = (0..<form.squareLimbs).map { limb in
      build.constant(entries.map { $0.square[limb] })
    }
    let left = build.columns(deviationSquare, squares)
    let leftSign = build.multiply(row.sign, entries.map(\.sign))
    var terms: [String] = []
    for index in 0..<max(left.count, right.count) {
      let first = index < left.count ? build.multiply(left[index], leftSign) : nil
      let second = index < right.count ? build.multiply(right[index], rootSign) : nil
      switch (first, second) {
      case (let first?, let second?): terms.append(build.subtract(first, second))
      case (let first?, nil): terms.append(first)
      case (nil, let second?): terms.append(build.multiply(second, -1))
      case (nil, nil): break
      }
    }
    // On the tie itself the even code wins.
    terms[0] = build.subtract(terms[0], build.parity(code))
    return build.add(guess, isNotNegative(terms, bits: bits))
  }
}

/// What a norm knows of its rows.
private struct RowNumbers {
  /// |d| and the sign of d.
  let magnitude: String
  let sign: String
  /// U = V·q + p as limbs.
  let energy: [String]

  /// `x`: the elements in one unit.
  init(_ x: String, _ form: ExactNorm, _ build: inout IntegerONNXBuilder) {
    let bits = ExactNorm.limbBits
    let scaled = build.multiply(x, form.count)
    var energy = Self.squares(x, form, &build).map { build.multiply($0, form.count) }
    var deviation = scaled
    if form.isCentered {
      let sum = build.reduce("ReduceSum", x)
      deviation = build.subtract(scaled, sum)
      let size = build.node("Abs", [sum])
      let sumLimbs = build.split(size, bits: bits, count: 3)
      for (index, column) in build.square(sumLimbs).enumerated() {
        let less = build.multiply(column, -1)
        if index < energy.count {
          energy[index] = build.add(energy[index], less)
        } else {
          energy.append(less)
        }
      }
    }
    magnitude = build.node("Abs", [deviation])
    sign = build.node("Sign", [deviation])
    // V, then V·q + p.
    let limbs = form.energyLimbs
    let plain = build.normalized(energy, bits: bits, count: max(limbs, energy.count))
    let (p, q) = form.epsilon
    let denominators = q.map { build.constant($0) }
    var products = build.columns(plain, denominators)
    for (index, limb) in p.enumerated() where limb != 0 {
      if index < products.count {
        products[index] = build.add(products[index], limb)
      } else {
        products.append(build.constant(limb))
      }
    }
    self.energy = Array(
      build.normalized(products, bits: bits, count: max(limbs, products.count)).prefix(limbs)
    )
  }

  /// Σx² as limbs that are not normalized.
  private static func squares(
    _ x: String,
    _ form: ExactNorm,
    _ build: inout IntegerONNXBuilder
  ) -> [String] {
    let bits = ExactNorm.limbBits
    let size = Int.bitWidth - form.largest.leadingZeroBitCount
    let countBits = Int.bitWidth - form.count.leadingZeroBitCount
    if 2 * size + countBits <= 62 {
      let sum = build.reduce("ReduceSum", build.multiply(x, x))
      return build.split(sum, bits: bits, count: 3)
    }
    // Halves of 20 bits: squares and double products of rows of 2²⁰ fit.
    let absolute = build.node("Abs", [x])
    let halves = build.split(absolute, bits: 20, count: 2)
    let parts = [
      build.multiply(halves[0], halves[0]), build.multiply(halves[0], halves[1]),
      build.multiply(halves[1], halves[1]),
    ].map { build.reduce("ReduceSum", $0) }
    // At 2⁰, 2²¹ and 2⁴⁰, in limbs of 20 bits put together as limbs of 28.
    let low = build.normalized(
      [parts[0], build.multiply(parts[1], 2), parts[2]],
      bits: 20,
      count: 6
    )
    return Self.regrouped(low, &build)
  }

  /// Limbs of 20 bits as limbs of 28, not normalized.
  private static func regrouped(
    _ limbs: [String],
    _ build: inout IntegerONNXBuilder
  ) -> [String] {
    var result: [String] = []
    for (index, limb) in limbs.enumerated() {
      let place = 20 * index
      let target = place / ExactNorm.limbBits
      let shifted = build.multiply(limb, 1 << (place % ExactNorm.limbBits))
      while result.count <= target { result.append(build.multiply(limb, 0)) }
      result[target] = build.add(result[target], shifted)
    }
    return build.normalized(result, bits: ExactNorm.limbBits, count: result.count + 2)
  }

  /// Two factors of which |d|·`up`/`down` is |d|/√U·2^F: the root of U by Newton's method.
  func reciprocal(
    _ form: ExactNorm,
    _ build: inout IntegerONNXBuilder
  ) -> (up: String, down: String) {
    // U = t·2^e: the upper limbs, at least 28 bits of them.
    var t = energy[energy.count - 1]
    var exponent = build.multiply(t, 0)
    for limb in energy.dropLast().reversed() {
      let isShort = build.node("Less", [t, build.constant(1 << ExactNorm.limbBits)])
      let longer = build.add(build.multiply(t, 1 << ExactNorm.limbBits), limb)
      t = build.node("Where", [isShort, longer, t])
      let step = build.node("Where", [isShort, build.constant(0), build.constant(28)])
      exponent = build.add(exponent, step)
    }
    // t within 2⁶⁰..<2⁶², by even shifts.
    for step in [32, 16, 8, 4, 2] {
      let isShort = build.node("Less", [t, build.constant(1 << (62 - step))])
      let factor = build.node("Where", [isShort, build.constant(1 << step), build.constant(1)])
      t = build.multiply(t, factor)
      let down = build.node("Where", [isShort, build.constant(step), build.constant(0)])
      exponent = build.subtract(exponent, down)
    }
    var root = build.constant(1 << 31)
    for _ in 0..<6 {
      root = build.divide(build.add(root, build.divide(t, root)), build.constant(2))
    }
    var reciprocal = build.divide(build.constant(1 << ExactNorm.reciprocalBits), root)
    let dropped = 31 - form.keptBits
    if dropped > 0 { reciprocal = build.divide(reciprocal, build.constant(1 << dropped)) }
    // y = |d|·g·2^−(30 + G′ + e/2 − F).
    let half = build.divide(exponent, build.constant(2))
    let shift = build.add(half, 30 + form.keptBits - form.fractionBits)
    let powers = build.constant((0...62).map { 1 << $0 }, .int64, [63])
    let down = build.gather(powers, build.clip(shift, 0...62))
    let up = build.gather(powers, build.clip(build.multiply(shift, -1), 0...62))
    return (build.multiply(reciprocal, up), down)
  }
}
