import BigInt
package import IntaglioNumerics

/// A sum and what its row is divided by → the code of their ratio, exactly: equation (38).
///
/// rest = m·a + γ·b with numbers of the channel, and a digit of the code a cycle: as many steps of b·2ᵏ as are
/// in it. Numbers are chosen so that no ratio of such integers is on the other side of a border
/// (`QuotientNumbers`); on a border the even code wins. The divisor is not 0.
package struct QuotientRequantizer: Hashable, Sendable {
  package let value: IntegerType
  /// What the divisor comes in, and what it fits, without a sign.
  package let port: IntegerType
  package let divisor: IntegerType
  package let result: IntegerType
  private let multipliers: [Verilog.SignalType]
  /// k.
  private let shift: Int
  /// Whether the least code, less its zero point, is odd: decides ties.
  private let isLeastOdd: Bool

  /// A unit with room for channels of these numbers.
  ///
  /// - Parameters:
  ///   - value: of the sums.
  ///   - port: what divisors come in.
  ///   - divisor: what they fit; unsigned, and no wider than `port`.
  ///   - result: of the codes.
  ///   - multipliers: the least and the greatest m, then γ.
  ///   - shift: k.
  ///   - isLeastOdd: whether the least code, less its zero point, is odd.
  package init(
    value: IntegerType,
    port: IntegerType,
    divisor: IntegerType,
    result: IntegerType,
    multipliers: [ClosedRange<Int>],
    shift: Int,
    isLeastOdd: Bool
  ) {
    (self.value, self.port, self.divisor, self.result) = (value, port, divisor, result)
    self.multipliers = multipliers.map { range in
      .signed(
        Verilog.SignalType(holding: min(range.lowerBound, -1)...max(range.upperBound, 0)).bits
      )
    }
    (self.shift, self.isLeastOdd) = (shift, isLeastOdd)
  }

  private var terms: Int { multipliers.reduce(0) { $0 + MultiplierDigits.count($1) } }

  /// Cycles from the sum to its code.
  package var latency: Int { 1 + SumTree.latency(of: terms) + result.bits }

  /// The type of a channel's word.
  package var parameters: Verilog.SignalType {
    .unsigned(multipliers.reduce(0) { $0 + $1.bits })
  }

  /// The word of a channel: m, then γ; m in the lowest bits.
  ///
  /// - Precondition: they are those of a channel that the unit was made for.
  package func word(_ numbers: [Int]) -> Verilog.PackedWord {
    precondition(numbers.count == multipliers.count, "m and the divisor's multiplier")
    var word = Verilog.PackedWord()
    for (number, type) in zip(numbers, multipliers) { word.append(number, type) }
    return word
  }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  package func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let valueIn = Verilog.Signal("value_0_i", .init(value))
    let portIn = Verilog.Signal("value_1_i", .init(port))
    let parametersIn = Verilog.Signal("parameters_i", parameters)
    let codeOut = Verilog.Signal("stream_o", .init(result))
    var pipeline = Pipeline()
    let lowest = pipeline.lowest(divisor.bits, of: portIn)
    let divisorBits = pipeline.wire(
      "divisor",
      .unsigned(divisor.bits),
      "The divisor in its own width.",
      lowest
    )
    let first = MultiplierDigits(multipliers[0], of: parametersIn, from: 0)
    let second = MultiplierDigits(multipliers[1], of: parametersIn, from: multipliers[0].bits)
    let total = SumTree.sum(
      first.terms(times: valueIn, index: 0, &pipeline)
        + second.terms(times: divisorBits, index: 1, &pipeline),
      "sum",
      &pipeline
    )
    let steps = BigInt(1) << (divisor.bits + shift + result.bits)
    let (low, high) = (total.range.lowerBound, total.range.upperBound)
    let type = Verilog.SignalType(holding: min(low, -steps)...max(high, steps))
    let rest = pipeline.wire(
      "rest",
      type,
      "m * sum + g * divisor, where every step fits beside it.",
      total.number.type == type ? total.number.value : total.number.reference.extended(to: type)
    )
    let late = pipeline.delay(divisorBits, 1 + SumTree.latency(of: terms), "divisor")
    let count = digits(of: rest, over: late, &pipeline)
    let code =
      count.value + .literal(result.isSigned ? 1 << (result.bits - 1) : 0, .unsigned(result.bits))
    pipeline.output(codeOut, result.isSigned ? code.asSigned : count.value)
    let sizes = multipliers.map { "\($0.bits)" }.joined(separator: "_")
    return try Verilog.Module(
      "quotient_\(value)_\(port)_\(divisor)_\(result)_\(sizes)_\(shift)"
        + (isLeastOdd ? "_odd" : ""),
      summary: [
        "The code (\(result)) of a sum over the divisor of its row, exact; \(latency) cycles.",
        "parameters_i: m (\(multipliers[0])), g (\(multipliers[1])); a step is divisor * 2^\(shift).",
      ],
      ports: ClockedPorts.withoutReset + [valueIn, portIn, parametersIn].map(Verilog.Port.input)
        + [.output(codeOut)],
      sections: pipeline.sections
    )
  }

  /// How many steps are in `rest`, the highest digit first, one a cycle.
  private func digits(
    of rest: Verilog.Signal,
    over divisor: Verilog.Signal,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    var (rest, divisor) = (rest, divisor)
    var digits: Verilog.Signal?
    for digit in (0..<result.bits).reversed() {
      let places = digit + shift
      let step = pipeline.wire(
        "step_\(digit)",
        rest.type,
        "divisor * 2^\(places).",
        .shift(
          .left,
          divisor.reference.extended(to: rest.type),
          by: .literal(places, .address(of: places + 1))
        )
      )
      // Of all codes that this digit can begin, the first one: its parity decides a tie.
      let isOdd = isLeastOdd != (digit == 0)
      let takes = pipeline.wire(
        "takes_\(digit)",
        .bit,
        "Digit \(digit); a tie belongs to the even code.",
        isOdd ? step.value.isLess(than: rest.value) : step.value.isAtMost(rest.value)
      )
      if digit > 0 {
        rest = pipeline.register(
          "rest_\(digit)",
          rest.type,
          "What is left of it.",
          (rest.value - step.value).when(takes.value, otherwise: rest.value)
        )
        divisor = pipeline.delay(divisor, 1, "divisor_\(digit)")
      }
      digits = pipeline.register(
        "digits_\(digit)",
        .unsigned(result.bits - digit),
        "The digits so far.",
        digits.map { .concatenation([$0.value, takes.value]) } ?? takes.value
      )
    }
    return digits ?? rest
  }
}
