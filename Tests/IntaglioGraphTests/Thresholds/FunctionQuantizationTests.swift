import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("FunctionQuantization")
struct FunctionQuantizationTests {
  /// Chains that are defined everywhere.
  static let total: [[Function]] =
    FunctionSample.all.functions.map { [$0] } + [
      [], [.clip(lower: -1, upper: 1.5)], [.power(2)], [.power(3)], [.power(0)],
      [.clip(lower: 1, upper: -1)], [.clip(lower: -.infinity, upper: 0.5)],
      [.gelu, .clip(lower: 0, upper: 2)], [.tanh, .gelu], [.negate, .silu, .sigmoid],
      [.relu, .power(2)], [.clip(lower: -2, upper: 2), .absolute, .exp], [.hardSwish, .exp],
      [.erf, .power(4), .negate], [.sigmoid, .hardSwish], [.relu, .squareRoot],
      [.gelu, .relu], [.negate, .geluTanh, .relu],
    ]

  @Test(
    "the table is the definition for every accumulator",
    arguments: total,
    0..<7 as Range<UInt64>
  )
  func exact(functions: [Function], seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let quantizer = RandomQuantizer.make(&random, bits: 2 + Int(seed % 7), span: 6)
    let quantization = try FunctionQuantization(functions, quantizer)
    let truth = ChainTruth(functions: functions, quantizer: quantizer)
    for denominator in [16, 53] {
      let multiplier = Rational(
        Int.random(in: 1...12, using: &random) * (Bool.random(using: &random) ? 1 : -1),
        over: denominator
      )
      let offset = Rational(Int.random(in: -40...40, using: &random), over: 16)
      let range = -40...Int.random(in: 20...45, using: &random)
      let table = try quantization.table(multiplier: multiplier, offset: offset, within: range)
      #expect(table.thresholds.allSatisfy { range.contains($0) && $0 > range.lowerBound })
      for accumulator in range {
        let code = try #require(try truth.code(multiplier * Rational(accumulator) + offset))
        #expect(
          table(accumulator) == code,
          "\(quantizer), \(multiplier)·\(accumulator) + \(offset)"
        )
      }
    }
  }

  @Test(
    "functions with a domain: the table is the definition within it",
    arguments: [
      [.log], [.squareRoot], [.reciprocal], [.power(0.5)], [.power(-1)], [.power(-2)],
      [.power(1.5)], [.power(-0.25)], [.exp, .reciprocal], [.sigmoid, .log],
    ] as [[Function]],
    0..<10 as Range<UInt64>
  )
  func domains(functions: [Function], seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let quantizer = RandomQuantizer.make(&random, bits: 2 + Int(seed % 7), span: 4)
    let quantization = try FunctionQuantization(functions, quantizer)
    let truth = ChainTruth(functions: functions, quantizer: quantizer)
    let multiplier = Rational(Int.random(in: 1...9, using: &random), over: 16)
    let flips = Bool.random(using: &random)
    let range = flips ? -60...(-1) : 1...60
    let table = try quantization.table(
      multiplier: flips ? -multiplier : multiplier,
      offset: 0,
      within: range
    )
    for accumulator in range {
      let x = multiplier * Rational(abs(accumulator))
      #expect(table(accumulator) == (try truth.code(x)), "\(quantizer), \(x)")
    }
  }

  @Test("below a pole the codes are those of the other branch", arguments: [-1.0, -2, -3])
  func poles(exponent: Double) throws {
    let quantizer = ScalarQuantizer(scale: Rational(1, over: 3), codes: -8...7)
    let quantization = try FunctionQuantization([.power(exponent)], quantizer)
    let truth = ChainTruth(functions: [.power(exponent)], quantizer: quantizer)
    let table = try quantization.table(
      multiplier: Rational(1, over: 7),
      offset: 0,
      within: -50...(-1)
    )
    for accumulator in -50...(-1) {
      #expect(table(accumulator) == (try truth.code(Rational(accumulator, over: 7))))
    }
  }

  @Test("without functions the table is the affine one", arguments: 0..<60 as Range<UInt64>)
  func affine(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let bits = 2 + Int(seed % 7)
    let quantizer = RandomQuantizer.make(&random, bits: bits, span: 6)
    let multiplier = Rational(Int.random(in: 1...40, using: &random), over: 977)
    let offset = Rational(Int.random(in: -40...40, using: &random), over: 31)
    let range = -100_000...100_000
    let table = try FunctionQuantization([], quantizer)
      .table(multiplier: multiplier, offset: offset, within: range)
    let isInside = quantizer.placement == .beforeRounding
    let shift = isInside ? Rational(quantizer.zeroPoint) : 0
    let affine = ThresholdTable(
      multiplier: multiplier / quantizer.scale,
      offset: offset / quantizer.scale + shift,
      zeroPoint: isInside ? 0 : quantizer.zeroPoint,
      codes: quantizer.codes
    )
    #expect(table == affine)
  }

  @Test("gelu steps down, then up", arguments: [Function.gelu, .geluTanh, .silu])
  func steps(function: Function) throws {
    let quantizer = ScalarQuantizer(scale: Rational(1, over: 20), codes: -128...127)
    let table = try FunctionQuantization([function], quantizer)
      .table(multiplier: Rational(1, over: 1000), offset: 0, within: -100_000...100_000)
    // The minimum is −0.17 (silu: −0.278): three or six steps down from 0, and as many up again.
    let down = function == .silu ? 6 : 3
    #expect(table.base == 0)
    #expect(table.steps.prefix(down).allSatisfy { $0 == -1 })
    #expect(table.steps.dropFirst(down).allSatisfy { $0 == 1 })
    #expect(table.steps.count == down + down + 127)
    #expect(table(0) == 0)
    #expect(table(100_000) == 127)
  }

  @Test("Q-ViT: gelu, then clip at zero, never goes below the code of zero")
  func clippedGelu() throws {
    let quantizer = ScalarQuantizer(
      scale: Rational(2, over: 7),
      zeroPoint: 1,
      placement: .beforeRounding,
      codes: 0...7
    )
    let table = try FunctionQuantization([.gelu, .clip(lower: 0, upper: .infinity)], quantizer)
      .table(multiplier: Rational(1, over: 64), offset: 0, within: -1000...1000)
    #expect(table.base == 1)
    #expect(table.steps == [1, 1, 1, 1, 1, 1])
  }

  @Test("two changes in one gap between integers cancel")
  func cancel() throws {
    // The tie −0.169 is crossed at −0.79 and −0.71 only.
    let quantizer = ScalarQuantizer(scale: Rational(169, over: 500), codes: -4...3)
    let quantization = try FunctionQuantization([.gelu], quantizer)
    let coarse = try quantization.table(multiplier: 1, offset: 0, within: -50...50)
    #expect(coarse.steps.allSatisfy { $0 == 1 })
    let fine = try quantization.table(
      multiplier: Rational(1, over: 100),
      offset: 0,
      within: -5000...5000
    )
    #expect(fine.steps.prefix(3) == [-1, 1, 1])
    #expect(fine(-75) == -1)
    #expect(fine(-60) == 0)
  }

  @Test("a multiplier of zero gives the code of the offset alone")
  func constant() throws {
    let quantizer = ScalarQuantizer(scale: Rational(1, over: 8), codes: -128...127)
    let table = try FunctionQuantization([.silu], quantizer)
      .table(multiplier: 0, offset: 3, within: -10...10)
    // 3·sigmoid(3)·8 = 22.86.
    #expect(table == (try ThresholdTable(base: 23, thresholds: [], steps: [])))
  }

  @Test(
    "ties that are hit exactly go to the even code",
    arguments: [
      // (function, numerator and denominator of the tied x, the even code)
      ([.relu], 5, 2, 2), ([.relu], 7, 2, 4), ([.absolute], -5, 2, 2), ([.absolute], 7, 2, 4),
      ([.clip(lower: -1, upper: 2.5)], 9, 1, 2), ([.clip(lower: 3.5, upper: 9)], 1, 1, 4),
      ([.squareRoot], 25, 4, 2), ([.power(2)], -1, 1, 1), ([.reciprocal], 2, 5, 2),
      ([.negate], -7, 2, 4), ([.power(0.5)], 49, 4, 4),
    ] as [([Function], Int, Int, Int)]
  )
  func ties(functions: [Function], numerator: Int, denominator: Int, code: Int) throws {
    let quantizer = ScalarQuantizer(scale: 1, codes: -8...7)
    let x = Rational(numerator, over: denominator)
    let table = try FunctionQuantization(functions, quantizer)
      .table(
        multiplier: Rational(1, over: denominator),
        offset: 0,
        within: numerator...numerator + 1
      )
    #expect(table(numerator) == code)
    #expect(try ChainTruth(functions: functions, quantizer: quantizer).code(x) == code)
  }

  @Test("a tie at the value of sigmoid(0) or exp(0) is exact, from either side and scale")
  func transcendentalTies() throws {
    for (function, scale) in [(Function.sigmoid, Rational(1)), (.exp, 2), (.exp, -2)] {
      let quantizer = ScalarQuantizer(scale: scale, codes: -8...7)
      let table = try FunctionQuantization([function], quantizer)
        .table(multiplier: Rational(1, over: 1 << 40), offset: 0, within: -3...3)
      let beyond = scale.isNegative ? -1 : 1
      #expect((-3...3).map { table($0) } == [0, 0, 0, 0, beyond, beyond, beyond])
      let zero = ScalarQuantizer(
        scale: scale,
        zeroPoint: 1,
        placement: .beforeRounding,
        codes: -8...7
      )
      let odd = try FunctionQuantization([function], zero)
        .table(multiplier: Rational(1, over: 1 << 40), offset: 0, within: -3...3)
      // Now the even one of the two codes is the other.
      let (below, above) = scale.isNegative ? (1, 0) : (1, 2)
      #expect((-3...3).map { odd($0) } == [below, below, below, above, above, above, above])
    }
  }

  @Test("multipliers far smaller and far larger than an enclosure")
  func extremeMultipliers() throws {
    let quantizer = ScalarQuantizer(scale: Rational(1, over: 10), codes: -8...7)
    let quantization = try FunctionQuantization([.gelu], quantizer)
    let truth = ChainTruth(functions: [.gelu], quantizer: quantizer)
    // Around the root of gelu(x) = 0.05, in steps below the last bit of a double.
    let center = try #require(Rational(exactly: 0.09251046441329))
    let width = Rational(1, over: 1 << 44)
    let line = (width / 200, center)
    let table = try quantization.table(multiplier: line.0, offset: line.1, within: -1000...1000)
    for accumulator in stride(from: -1000, through: 1000, by: 7) {
      let code = try truth.code(line.0 * Rational(accumulator) + line.1)
      #expect(table(accumulator) == code)
    }
    let huge = try #require(Rational(exactly: 1e300))
    let coarse = try quantization.table(multiplier: huge, offset: 0, within: -5...5)
    #expect((-5...5).map { coarse($0) } == [0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7])
    let tiny = try quantization.table(multiplier: 1 / (huge * huge), offset: 0, within: -5...5)
    #expect(tiny.thresholds.isEmpty && tiny.base == 0)
  }

  @Test("a tie that only a law of functions could decide is refused, not guessed")
  func undecided() throws {
    // log(exp(x)) is x, and no precision separates 5/2 from the tie between 2 and 3.
    let quantizer = ScalarQuantizer(scale: 1, codes: -8...7)
    let quantization = try FunctionQuantization([.exp, .log], quantizer)
    #expect(throws: FunctionQuantizationError.undecided(.log, argument: Rational(5, over: 2))) {
      try quantization.table(multiplier: Rational(1, over: 2), offset: 0, within: 4...6)
    }
    let between = try quantization.table(
      multiplier: Rational(1, over: 5),
      offset: 0,
      within: 8...12
    )
    #expect(between.steps == [])
    let across = try quantization.table(multiplier: Rational(1, over: 5), offset: 0, within: 8...16)
    #expect(across.thresholds == [13])
  }

  @Test("saturated functions never reach their limits")
  func limits() throws {
    // A tie exactly at 1, the limit of tanh.
    let quantizer = ScalarQuantizer(scale: 2, codes: -2...1)
    for function in [Function.tanh, .erf, .sigmoid] {
      let table = try FunctionQuantization([function], quantizer)
        .table(multiplier: 1_000_000, offset: 0, within: -1000...1000)
      #expect(table.thresholds.isEmpty && table.base == 0)
    }
  }

  @Test("chains without a table are refused by name")
  func unsupported() {
    let quantizer = ScalarQuantizer(scale: 1, codes: -8...7)
    let bad: [([Function], FunctionQuantizationError)] = [
      ([.gelu, .tanh, .absolute], .turnsTwice(first: .gelu, second: .absolute)),
      ([.power(2), .log], .domainAfterTurn(first: .power(2), second: .log)),
      ([.reciprocal, .squareRoot], .domainAfterTurn(first: .reciprocal, second: .squareRoot)),
      ([.power(65)], .exponent(.power(65))),
      ([.power(.infinity)], .exponent(.power(.infinity))),
    ]
    for (functions, error) in bad {
      #expect(throws: error) { try FunctionQuantization(functions, quantizer) }
    }
    #expect(
      FunctionQuantizationError.turnsTwice(first: .gelu, second: .absolute).description
        == "gelu and abs: expected at most one function that is not monotone"
    )
  }

  @Test(
    "a range that leaves the domain is refused by the function's name",
    arguments: [
      (.log, 0, 5), (.log, -5, 5), (.squareRoot, -1, 5), (.reciprocal, 0, 3), (.reciprocal, -3, 3),
      (.power(0.5), -2, 4), (.power(-1.5), 0, 4), (.power(-2), -1, 1),
    ] as [(Function, Int, Int)]
  )
  func outside(function: Function, lower: Int, upper: Int) throws {
    let quantizer = ScalarQuantizer(scale: 1, codes: -8...7)
    let quantization = try FunctionQuantization([.negate, function], quantizer)
    #expect {
      try quantization.table(multiplier: -1, offset: 0, within: lower...upper)
    } throws: { error in
      guard case FunctionQuantizationError.domain(function, _) = error else { return false }
      return true
    }
    #expect(throws: FunctionQuantizationError.self) {
      try quantization.lookup(index: .i(4), step: 1)
    }
  }
}
