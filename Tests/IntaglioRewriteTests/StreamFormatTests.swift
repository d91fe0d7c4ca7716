import Foundation
import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("StreamFormat")
struct StreamFormatTests {
  @Test(
    "no channel saturates, and with one unit less some would",
    arguments: 0..<64 as Range<UInt64>
  )
  func tight(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let bits = random.extent(8...32)
    let headroom = random.pick([1, 1.25, 2])
    let spread = random.extent(0...8)
    let magnitudes = (0..<random.extent(1...9)).map { _ in
      exp2(Double.random(in: -20...20, using: &random))
    }
    let format = StreamFormat(
      bits: bits,
      magnitudes: magnitudes,
      headroom: headroom,
      spread: spread
    )
    #expect(format.type == .i(bits))
    let largest = exp2(Double(bits - 1)) - 1
    let exponents = format.exponents.expanded(over: [magnitudes.count])
    let coarsest = exponents.max() ?? 0
    for (exponent, magnitude) in zip(exponents, magnitudes) {
      #expect(magnitude * headroom <= largest * exp2(Double(exponent)))
      // The least exponent that holds it, or the finest that the spread allows.
      #expect(
        magnitude * headroom > largest * exp2(Double(exponent - 1)) || exponent == coarsest - spread
      )
      #expect(exponent >= coarsest - spread)
    }
    // The coarsest channel is one that needs it.
    #expect(
      zip(exponents, magnitudes).contains {
        $0 == coarsest && $1 * headroom > largest * exp2(Double(coarsest - 1))
      }
    )
  }

  @Test("magnitudes of exactly 2^e·largest fill the type")
  func powers() {
    let format = StreamFormat(
      bits: 8,
      magnitudes: [127, 127.5, 254, 31.75],
      headroom: 1,
      spread: 8
    )
    #expect(format.exponents.values == [0, 1, 1, -2])
    #expect(format.scale.values == [1, 2, 2, Rational(1, over: 4)])
  }

  @Test("channels that are zero or no numbers have the finest unit that the others allow")
  func odd() {
    let magnitudes = [0, .nan, 1, .infinity]
    let format = StreamFormat(bits: 16, magnitudes: magnitudes, headroom: 1, spread: 6)
    #expect(format.exponents.values == [-20, -20, -14, -20])
    let zeros = StreamFormat(bits: 16, magnitudes: [0, 0], headroom: 1, spread: 6)
    #expect(zeros.exponents.uniform != nil)
  }

  @Test("units beyond 64 bits are exact")
  func wide() {
    let format = StreamFormat(bits: 8, magnitudes: [1e30], headroom: 1, spread: 0)
    let exponent = format.exponents.values[0]
    #expect(format.scale.values[0].doubleValue == exp2(Double(exponent)))
  }
}
