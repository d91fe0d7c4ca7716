import IntaglioGraph
import IntaglioNumerics
import Testing

@Suite("CodeLookup")
struct CodeLookupTests {
  @Test(
    "the bound is the largest error of any number, and no other entries have a smaller one",
    arguments: [[.gelu], [.silu], [.sigmoid], [.relu], [.absolute], [.hardSwish], []]
      as [[Function]],
    0..<6 as Range<UInt64>
  )
  func bound(functions: [Function], seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let quantizer = RandomQuantizer.make(&random, bits: 4 + Int(seed % 4), span: 4)
    let quantization = try FunctionQuantization(functions, quantizer)
    let index = IntegerType.i(3 + Int(seed % 3))
    let step = Rational(1, over: 1 << Int.random(in: 0...4, using: &random))
    let lookup = try quantization.lookup(index: index, step: step)
    #expect(lookup.entries.count == index.range.count)
    let truth = ChainTruth(functions: functions, quantizer: quantizer)
    // Where the chain is monotone an index has its extreme codes next to its ends; a grid serves
    // for where it turns, and two far numbers for what lies beyond.
    let (half, hair) = (step / 2, step / Rational(1 << 24))
    var numbers = [step * Rational(-100_000), step * Rational(100_000)]
    for slot in index.range {
      let center = step * Rational(slot)
      numbers += [center - half + hair, center + half - hair]
      numbers += (-7...7).map { center + step * Rational($0, over: 16) }
    }
    var (worst, codes) = (0, [Int: ClosedRange<Int>]())
    for x in numbers {
      let code = try #require(try truth.code(x))
      worst = max(worst, abs(code - lookup(x)))
      let slot = (x / step).roundedHalfEven(within: index.range)
      let known = codes[slot] ?? code...code
      codes[slot] = min(known.lowerBound, code)...max(known.upperBound, code)
    }
    #expect(worst == lookup.bound)
    // Some index stands for codes so far apart that no entry serves them better.
    #expect(codes.values.map { ($0.upperBound - $0.lowerBound + 1) / 2 }.max() == lookup.bound)
  }

  @Test("the number between two indices belongs to the even one")
  func edges() throws {
    // Code 1 begins at ½ (excluded), ½ being where index 0 ends: it belongs to index 0.
    let identity = try FunctionQuantization([], ScalarQuantizer(scale: 1, codes: -2...1))
    #expect(try identity.lookup(index: .i(2), step: 1).entries == [-2, -1, 0, 1])
    #expect(try identity.lookup(index: .i(2), step: 1).bound == 0)
    // With an odd zero point inside, ½ gets code 2, but stays with index 0.
    let odd = ScalarQuantizer(scale: 1, zeroPoint: 1, placement: .beforeRounding, codes: -1...2)
    #expect(try FunctionQuantization([], odd).lookup(index: .i(2), step: 1).bound == 1)
    // Steps of ⅔ end at 1/3, 1, 5/3; the tie of power 2 at 1/9 is met by no double.
    let ninth = ScalarQuantizer(scale: Rational(2, over: 9), codes: 0...1)
    let square = try FunctionQuantization([.power(2)], ninth)
      .lookup(index: .i(3), step: Rational(2, over: 3))
    #expect(square.entries == [1, 1, 1, 1, 0, 1, 1, 1])
    #expect(square.bound == 0)
  }

  @Test("the proposed step reaches every change of the codes, and half of it does not")
  func step() throws {
    let quantizer = ScalarQuantizer(scale: Rational(1, over: 16), codes: -8...7)
    let quantization = try FunctionQuantization([.gelu], quantizer)
    let step = try quantization.step(index: .i(12), covering: -1000...1000)
    // The last change on the left is where gelu falls below −1/32, at −2.2: 2048·2⁻¹⁰ = 2 is too little.
    #expect(step == Rational(1, over: 512))
    let lookup = try quantization.lookup(index: .i(12), step: step)
    #expect(lookup.entries.first == 0 && lookup.entries.last == 7)
    #expect(lookup.bound == 1)
    #expect(try quantization.step(index: .i(16), covering: -1000...1000) == step / 16)
    // Only what lies within the given numbers counts.
    #expect(try quantization.step(index: .i(12), covering: 0...Rational(1, over: 4)) < step)
    #expect(throws: FunctionQuantizationError.self) {
      try quantization.step(index: .u(12), covering: -1000...1000)
    }
    let flat = try FunctionQuantization([.power(0)], quantizer)
    #expect(try flat.step(index: .i(8), covering: -1...1) == 1)
  }
}
