import IntaglioGraph
import IntaglioNumerics

extension CWriter {
  /// Rows of `value` through `call`, which works on `row` in its place.
  private mutating func rows(
    _ value: Value,
    _ tables: [[Int]],
    load: (LoopNest) -> String,
    _ call: (LoopNest) -> [String]
  ) -> [String] {
    let source = operand(value)
    let width = shape(value).last ?? 1
    limits.row = max(limits.row, width)
    let outer = Array(shape(value).dropLast())
    let nest = LoopNest(
      outer,
      ([own(value), own(source)] + tables).map { Array($0.dropLast()) }
    )
    return [pointer("a", source), pointer("r", value, isResult: true)]
      + nest.lines(
        ["for (int32_t k = 0; k < \(width); k++) row[k] = \(load(nest));"] + call(nest)
          + [
            "for (int32_t k = 0; k < \(width); k++) r[\(nest.place(0)) + k] = (\(type(value)))row[k];"
          ]
      )
  }

  // MARK: Norms

  mutating func norm(_ value: Value, _ norm: IntegerNorm) throws(ExportError) -> [String] {
    guard norm.method == .exact else {
      throw refusal(
        value,
        "a norm by an integer root",
        "make the program with '--norms exact' or '--norms rounded:14'"
      )
    }
    let source = operand(value)
    let count = shape(source).last ?? 1
    let range = range(source)
    let form = try exact(value) { () throws(ExactFormError) in
      try ExactNorm(norm, count: count, operand: range)
    }
    helpers.insert(.norm)
    limits.normSquare = max(limits.normSquare, form.squareLimbs)
    limits.normRoot = max(limits.normRoot, form.rootLimbs)
    limits.normEnergy = max(limits.normEnergy, form.energyLimbs, 6)
    limits.normEpsilon = max(limits.normEpsilon, form.epsilon.numerator.count)
    addNorm(value, form)
    let steps = steps(form.entries, over: value)
    let table = table(value)
    let left = number("left", value, norm.left, "k")
    let load = "a[%] * ((int64_t)1 << \(left))"
    return rows(
      value,
      [steps],
      load: { load.replacing("%", with: "\($0.place(1)) + k") }
    ) { nest in
      ["norm_row(row, &\(table)_norm, \(table)_channels + \(nest.place(2)), \(steps.last ?? 0));"]
    }
  }

  private mutating func addNorm(_ value: Value, _ form: ExactNorm) {
    func braces(_ values: [Int]) -> String {
      "{" + values.map { CText.long($0) }.joined(separator: ", ") + "}"
    }
    let table = table(value)
    let channels = form.entries.values.map { entry in
      let numbers = [entry.multiplier, entry.offset, entry.turn].map { CText.long($0) }
      return "{\(numbers.joined(separator: ", ")), \(entry.zeroPoint), \(entry.sign), "
        + "\(braces(entry.square)), \(braces(entry.step)), \(braces(entry.first))}"
    }
    add(
      "\(table)_channels",
      structures: "norm_channel",
      channels,
      bytes: 32 + 4 * (form.squareLimbs + 2 * form.rootLimbs)
    )
    let numbers = [
      form.count, form.isCentered ? 1 : 0, form.keptBits, form.fractionBits, form.shift,
      form.codes.lowerBound, form.codes.upperBound,
    ]
    let text =
      "{\(numbers.map(String.init).joined(separator: ", ")), "
      + "\(braces(form.epsilon.numerator)), \(braces(form.epsilon.denominator))}"
    add("\(table)_norm", structure: "norm", text)
  }

  // MARK: Softmax

  mutating func softmax(_ value: Value, _ softmax: IntegerSoftmax) throws(ExportError) -> [String] {
    let source = operand(value)
    let width = shape(source).last ?? 1
    let form = try exact(value) { () throws(ExactFormError) in
      try ExactSoftmax(softmax, count: width)
    }
    guard let fallsFromLargest = form.fallsFromLargest else {
      throw refusal(value, "scores with scales of both signs", "use scales of one sign")
    }
    helpers.formUnion([.power, .probability, .clamp])
    let table = table(value)
    let (powers, bits) = powers(softmax.exponential)
    let entries = form.entries.values.map { entry in
      let longs = [entry.cap, entry.multiplier, entry.numerator, entry.denominator]
      let shorts = [entry.dropped, entry.shift, entry.inside, entry.outside]
      let numbers = longs.map { CText.long($0) } + shorts.map(String.init)
      return "{\(numbers.joined(separator: ", "))}"
    }
    add("\(table)_scale", structures: "exponential", entries, bytes: 48)
    let kind =
      switch form.kind {
      case .halfEven: 0
      case .halfUp: 1
      case .shiftmax: 2
      }
    let (sign, distance) = fallsFromLargest ? (">", "extreme - row[k]") : ("<", "row[k] - extreme")
    let steps = steps(form.entries, over: value)
    return rows(value, [steps], load: { "a[\($0.place(1)) + k]" }) { nest in
      [
        "const exponential *scale = &\(table)_scale[\(nest.place(2))];",
        "int64_t extreme = row[0], sum = 0;",
        "for (int32_t k = 1; k < \(width); k++) if (row[k] \(sign) extreme) extreme = row[k];",
        "for (int32_t k = 0; k < \(width); k++) {",
        "  row[k] = power(\(distance), scale, \(kind), \(powers), \(bits));",
        "  sum += row[k];",
        "}",
        "for (int32_t k = 0; k < \(width); k++) {",
        "  row[k] = clamp(probability(row[k], sum, scale), \(form.codes.lowerBound), \(form.codes.upperBound));",
        "}",
      ]
    }
  }

  /// The table of an exponential, and the bits of its index; all softmaxes of one exponential share it.
  private mutating func powers(_ exponential: IntegerSoftmax.Exponential) -> (String, Int) {
    var (entries, bits) = ([Int](), 0)
    switch exponential {
    case .shiftmax: return ("0", 0)
    case .base2(let fraction, let width):
      (entries, bits) = (PowerOfTwoTable(bits: width, fractionBits: fraction).entries, fraction)
    case .base2Product:
      entries = Base2ProductExponential.coarse + Array(Base2ProductExponential.fine)
    }
    if let known = powerTables[exponential] { return (known, bits) }
    let name = add("powers\(powerTables.count)", entries, type: "uint32_t")
    powerTables[exponential] = name
    return (name, bits)
  }
}
