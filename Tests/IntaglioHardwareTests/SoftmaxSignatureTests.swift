import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("The form of a softmax is what its circuit is made of")
struct SoftmaxSignatureTests {
  /// The parts of a softmax, one of which is changed at a time.
  private struct Parts {
    var exponential = IntegerSoftmax.Exponential.base2(fractionBits: 8, tableBits: 16)
    var scale = Rational(3, over: 64)
    var type = IntegerType.u(3)
    var step = Rational(5, over: 32)
    var zeroPoint = 0
    var placement = ZeroPointPlacement.afterRounding
    var count = 25
    var score = IntegerType.i(11)

    var form: SoftmaxSignature {
      let softmax = IntegerSoftmax(
        exponential,
        type,
        scale: scale,
        step: step,
        zeroPoint: zeroPoint,
        placement: placement
      )
      return SoftmaxSignature(softmax, row: 0, shape: [1, count], score: score)
    }

    func with(_ change: (inout Parts) -> Void) -> Parts {
      var parts = self
      change(&parts)
      return parts
    }
  }

  @Test("scales that were floats are of one form", arguments: 0..<32 as Range<UInt64>)
  func floats(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    func scale() -> Rational {
      Rational(
        Int.random(in: 1..<1 << 24, using: &generator),
        over: 1 << Int.random(in: 22...34, using: &generator)
      )
    }
    let parts = Parts().with { ($0.scale, $0.step) = (scale(), scale()) }
    #expect(parts.form == Parts().form)
  }

  @Test("everything else is of another form, one part at a time")
  func parts() {
    let changes: [(String, (inout Parts) -> Void)] = [
      ("fraction bits", { $0.exponential = .base2(fractionBits: 7, tableBits: 16) }),
      ("table bits", { $0.exponential = .base2(fractionBits: 8, tableBits: 15) }),
      ("exponential", { $0.exponential = .base2Product }),
      ("sign", { $0.scale = Rational(-3, over: 64) }),
      ("codes", { $0.type = .u(4) }),
      ("odd part of the denominator", { $0.step = Rational(5, over: 96) }),
      ("zero point", { $0.zeroPoint = 1 }),
      ("zero point inside", { ($0.zeroPoint, $0.placement) = (1, .beforeRounding) }),
      ("length of a row", { $0.count = 24 }),
      ("scores", { $0.score = .i(12) }),
    ]
    for (name, change) in changes {
      #expect(Parts().with(change).form != Parts().form, "\(name)")
    }
  }

  @Test("where a zero point is added decides ties when it is odd")
  func placement() {
    func form(_ zeroPoint: Int, _ placement: ZeroPointPlacement) -> SoftmaxSignature {
      Parts().with { ($0.zeroPoint, $0.placement) = (zeroPoint, placement) }.form
    }
    #expect(form(1, .beforeRounding) != form(1, .afterRounding))
    #expect(form(2, .beforeRounding) == form(2, .afterRounding))
  }

  @Test("a product has bits of a difference that it drops, shiftmax has its unit")
  func exponentials() {
    func form(_ exponential: IntegerSoftmax.Exponential, _ scale: Rational) -> SoftmaxSignature {
      Parts().with { ($0.exponential, $0.scale) = (exponential, scale) }.form
    }
    let coarse = form(.base2Product, Rational(1, over: 4))
    #expect(form(.base2Product, Rational(1, over: 300)) == coarse)
    #expect(form(.base2Product, Rational(1, over: 90_000)) != coarse)
    let shift = form(.shiftmax, Rational(1, over: 40))
    #expect(form(.shiftmax, Rational(1, over: 39)) != shift)
    // ⌊−1/s⌋ = −40 as well.
    #expect(form(.shiftmax, Rational(2, over: 79)) == shift)
  }
}
