import BigInt
import IntaglioGraph
import IntaglioNumerics

/// A power and its row's sum → the code of their ratio, exactly: equations (25) and (33).
///
/// code ≥ c when e·2q ≥ (2(c′ − z) − 1)·p·Σ with the scale p/q of probabilities, c′ and z the code and
/// the zero point as the placement says; on equality the even c′ wins. The sum is multiplied once for
/// a row, by p, and that by 2 and by what the least code asks; a power is multiplied by 2q, which for a scale that was
/// a float is a shift, and its code is found digit by digit.
///
/// One unit serves several scales, its parameterSets, at a common q. The sum comes
/// multiplied by p; where that differs, nothing in the module says which p it was.
struct ProbabilityQuantizer: Hashable, Sendable {
  let type: IntegerType
  /// e and Σ.
  let power: Verilog.SignalType
  let sum: Verilog.SignalType
  let p: ParameterSetNumber
  private let q: BigInt
  /// The least code before the zero point that is added last, and the zero point inside.
  private let least: Int
  private let inside: Int

  /// The unit for rows whose scales of probabilities are positive.
  ///
  /// - Parameters:
  ///   - rows: of one `SoftmaxSignature`.
  ///   - power: holds every power.
  ///   - sum: holds the sum of a row.
  /// - Precondition: there is a row, and denominators of scales differ by powers of two.
  init(_ rows: [SoftmaxRow], power: Verilog.SignalType, sum: Verilog.SignalType) {
    (type, least, inside) = (rows[0].type, rows[0].least, rows[0].inside)
    self.power = power
    self.sum = sum
    let q = rows.map(\.step.denominator).max() ?? 1
    self.q = q
    precondition(rows.allSatisfy { q.isMultiple(of: $0.step.denominator) }, "a common denominator")
    p = ParameterSetNumber("p", rows.map { $0.step.numerator * (q / $0.step.denominator) })
  }

  /// Cycles from a power to its code; step and offset are there all the time.
  var latency: Int { 1 + type.bits }

  /// p·Σ.
  private var scaled: Verilog.SignalType { .init(holding: 0...p.greatest * sum.range.upperBound) }
  /// Bits of p that are multiplied in a cycle.
  private static let digitBits = 8
  /// Where the digits of p begin that are not zero.
  private var places: [Int] {
    stride(from: 0, to: p.type.bits, by: Self.digitBits).filter { p.differs || digit($0) != 0 }
  }
  private func digit(_ place: Int) -> BigInt {
    (p.greatest >> place) % (BigInt(1) << min(Self.digitBits, p.type.bits - place))
  }
  /// Cycles from the sum until step and offset are there.
  var scalingCycles: Int { 2 + SumTree.latency(of: places.count) }

  /// p·Σ: all digits of p are multiplied in one cycle and then added up.
  ///
  /// - Parameters:
  ///   - sum: Σ.
  ///   - p: the row's, where it differs.
  ///   - pipeline: gets the registers.
  /// - Returns: the product, in its narrowest type.
  func scaled(
    _ sum: Verilog.Signal,
    _ p: Verilog.Expression?,
    _ pipeline: inout Pipeline
  ) -> Verilog.Expression {
    let factor = Verilog.Signal("p", self.p.type)
    if let p {
      pipeline.append(
        Verilog.Section("p of the row.", wires: [factor], [.assign(factor.reference, p)])
      )
    }
    let terms = places.enumerated().map { index, place -> SumTree.Term in
      let bits = min(Self.digitBits, self.p.type.bits - place)
      let range = 0...sum.type.range.upperBound * digit(place)
      let type = SumTree.type(range)
      let number = pipeline.register(
        "scaled_\(index)",
        type,
        "sum times bits of p from \(place) on.",
        sum.reference.extended(to: type)
          * (p == nil
            ? .literal(digit(place), type)
            : factor.reference.slice(Verilog.Affine(place), bits: bits).extended(to: type))
      )
      return SumTree.Term(number: number, place: place, range: range)
    }
    let product = SumTree.sum(terms, "scaled", &pipeline).number
    let type = scaled
    return type.bits < product.type.bits
      ? pipeline.lowest(type.bits, of: product) : product.reference.extended(to: type)
  }

  /// step = 2p·Σ, the distance of two thresholds.
  var step: Verilog.SignalType { .init(holding: 0...2 * p.greatest * sum.range.upperBound) }
  /// offset = (2(least − z) − 1)·p·Σ, half a step below the least code's middle.
  var offset: Verilog.SignalType {
    let end = BigInt(2 * (least - inside) - 1) * p.greatest * sum.range.upperBound
    return .signed(Verilog.SignalType(holding: min(end, -1)...max(end, 0)).bits)
  }
  /// Of p·Σ.
  var offsetFactor: Int { 2 * (least - inside) - 1 }

  /// Holds e·2q − offset, and every step times a power of two beside it.
  private var rest: Verilog.SignalType {
    let top = 2 * q * power.range.upperBound
    let reach = max(offset.range.upperBound, -offset.range.lowerBound)
    let steps = step.range.upperBound << type.bits
    let bound = max(top + reach, steps)
    return .signed(Verilog.SignalType(holding: -bound...bound).bits)
  }

  /// A number that sets modules of other parameters apart.
  private var name: String {
    let low = least - inside
    return "probability_quantizer_\(type)_\(p.tag)_\(q)_\(power.bits)_\(sum.bits)_"
      + (low < 0 ? "m\(-low)" : "\(low)") + (least % 2 == 0 ? "" : "_odd")
  }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let powerIn = Verilog.Signal("power_i", power)
    let stepIn = Verilog.Signal("step_i", step)
    let offsetIn = Verilog.Signal("offset_i", offset)
    let codeOut = Verilog.Signal("code_o", .init(type))
    var pipeline = Pipeline()
    let rest = pipeline.register(
      "rest_\(type.bits)",
      rest,
      "rest = power * \(2 * q) - offset.",
      powerIn.reference.extended(to: rest) * .literal(2 * q, rest)
        - offsetIn.reference.extended(to: rest)
    )
    let digits = digits(of: rest, over: stepIn, &pipeline)
    let count = digits?.value ?? .literal(0, .unsigned(type.bits))
    let code =
      count + .literal(type.isSigned ? 1 << (type.bits - 1) : 0, .unsigned(type.bits))
    pipeline.output(codeOut, type.isSigned ? code.asSigned : count)
    return try Verilog.Module(
      name,
      summary: [
        "The code (\(type)) of power / sum at a scale of \(p.text) / \(q), exact; \(latency) cycles.",
        "step_i = 2 * p * sum, offset_i = \(offsetFactor) * p * sum, the same along a row.",
      ],
      ports: ClockedPorts.withoutReset + [powerIn, stepIn, offsetIn].map(Verilog.Port.input)
        + [.output(codeOut)],
      sections: pipeline.sections
    )
  }

  /// How many steps are in `rest`, the highest digit first, one a cycle.
  private func digits(
    of rest: Verilog.Signal,
    over step: Verilog.Signal,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal? {
    var remainder = rest
    var digits: Verilog.Signal?
    for digit in (0..<type.bits).reversed() {
      let threshold = pipeline.wire(
        "threshold_\(digit)",
        rest.type,
        "step * 2^\(digit).",
        .shift(
          .left,
          step.reference.extended(to: rest.type),
          by: .literal(digit, .address(of: type.bits))
        )
      )
      // Of all codes that this digit can begin, the first one: its parity decides a tie.
      let isOdd = (least + 1 << digit) % 2 != 0
      let takes = pipeline.wire(
        "takes_\(digit)",
        .bit,
        "Digit \(digit); a tie belongs to the even code.",
        isOdd
          ? threshold.value.isLess(than: remainder.value)
          : threshold.value.isAtMost(remainder.value)
      )
      if digit > 0 {
        remainder = pipeline.register(
          "rest_\(digit)",
          rest.type,
          "What is left of it.",
          (remainder.value - threshold.value).when(takes.value, otherwise: remainder.value)
        )
      }
      digits = pipeline.register(
        "digits_\(digit)",
        .unsigned(type.bits - digit),
        "The digits so far.",
        digits.map { .concatenation([$0.value, takes.value]) } ?? takes.value
      )
    }
    return digits
  }
}
