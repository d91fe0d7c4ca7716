import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Oracle: between reals and integers")
struct OracleQuantizationTests {
  private func codes(_ quantizer: Quantizer, _ x: [Double]) throws -> [Int]? {
    let graph = try SmallGraph(.quantize(quantizer), .real(x.count)).graph
    let near = try Oracle<Double>(graph).run(["a": .real(x)])["y"]?.integers
    let ratios = x.compactMap { Rational(exactly: $0) }
    guard ratios.count == x.count else { return near }
    #expect(try Oracle<Rational>(graph).run(["a": .real(ratios)])["y"]?.integers == near)
    return near
  }

  @Test("quantize rounds half to even, then clamps")
  func quantize() throws {
    let half = Quantizer(.i(3), scale: Scale(Rational(1, over: 2)))
    let x = [0.25, 0.75, -0.25, -0.75, 1.3, 9, -9, .infinity, -.infinity]
    #expect(try codes(half, x) == [0, 2, 0, -2, 3, 3, -4, 3, -4])
    let negative = Quantizer(.u8, scale: Scale(Rational(-1, over: 2)), zeroPoint: ZeroPoint(10))
    #expect(try codes(negative, [1, -1, 100, -200]) == [8, 12, 0, 255])
  }

  @Test("the place of an odd zero point decides ties")
  func placement() throws {
    let x = [0.5, 1.5, -0.5, 2.4]
    let after = Quantizer(.i8, scale: Scale(1), zeroPoint: ZeroPoint(1))
    #expect(try codes(after, x) == [1, 3, 1, 3])
    let before = Quantizer(
      .i8,
      scale: Scale(1),
      zeroPoint: ZeroPoint(1),
      placement: .beforeRounding
    )
    #expect(try codes(before, x) == [2, 2, 0, 3])
  }

  @Test("scales and zero points stretch over axes")
  func broadcasts() throws {
    let quantizer = Quantizer(
      .i8,
      scale: Scale([1, Rational(1, over: 2)], axis: 0, rank: 2),
      zeroPoint: ZeroPoint([0, 10], axis: 1, rank: 2)
    )
    let quantize = try SmallGraph(.quantize(quantizer), .real(2, 2)).graph
    let dequantize = try SmallGraph(.dequantize(quantizer.inverse), .codes(.i8, 2, 2)).graph
    let codes = try Oracle<Rational>(quantize).run(["a": .real([1, 2, 3, 4])])["y"]
    #expect(codes == .integer([1, 12, 6, 18]))
    let back = try Oracle<Rational>(dequantize).run(["a": .integer([1, 12, 6, 18])])["y"]
    #expect(back == .real([1, 2, 3, 4]))
  }

  @Test("dequantize scales and offsets")
  func dequantize() throws {
    let dequantizer = Dequantizer(
      scale: Scale(Rational(1, over: 3)),
      zeroPoint: ZeroPoint(-2),
      offset: Scale(Rational(1, over: 7))
    )
    let graph = try SmallGraph(.dequantize(dequantizer), .codes(.i8, 2)).graph
    let exact = try Oracle<Rational>(graph).run(["a": .integer([1, -2])])["y"]
    #expect(exact == .real([Rational(8, over: 7), Rational(1, over: 7)]))
    let near = try Oracle<Double>(graph).run(["a": .integer([1, -2])])["y"]
    #expect(near == .real([3 * (1.0 / 3) + 1.0 / 7, 1.0 / 7]))
  }

  @Test("requantize rounds the exact value, ties and their closest neighbours included")
  func requantize() throws {
    let third = Rational(1, over: 3)
    // 3q/3·½ is a tie for odd q; the offset moves it by less than a double can see.
    for (nudge, expected) in [(0, [0, 2, 2, -2]), (1, [1, 2, 3, -1]), (-1, [0, 1, 2, -2])] {
      let offset = Rational(nudge, over: 1 << 60) * Rational(1, over: 1 << 60)
      let requantizer = Requantizer(
        .i(4),
        multiplier: Scale(third * Rational(1, over: 2)),
        offset: Scale(offset)
      )
      let graph = try SmallGraph(.requantize(requantizer), .codes(.i32, 4)).graph
      let codes: [Int] = [3, 9, 15, -9]
      #expect(try Oracle<Double>(graph).run(["a": .integer(codes)])["y"] == .integer(expected))
      #expect(try Oracle<Rational>(graph).run(["a": .integer(codes)])["y"] == .integer(expected))
    }
  }

  @Test("requantize clamps after its zero point, far values too")
  func requantizeClamps() throws {
    let requantizer = Requantizer(
      .u(4),
      multiplier: Scale(Rational(1 << 40)),
      zeroPoint: ZeroPoint(3)
    )
    let graph = try SmallGraph(.requantize(requantizer), .codes(.i32, 3)).graph
    let codes: [Int] = [Int(Int32.min), 0, Int(Int32.max)]
    #expect(try Oracle<Double>(graph).run(["a": .integer(codes)])["y"] == .integer([0, 3, 15]))
  }
}
