import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("The form of a norm is what its circuit is made of")
struct NormSignatureTests {
  /// The parts of a norm, one of which is changed at a time.
  private struct Parts {
    var isCentered = true
    var left = Broadcast(0)
    var epsilon = Rational(3, over: 4096)
    var code = IntegerType.i(3)
    var multiplier = Scale(Rational(3, over: 64))
    var zeroPoint = ZeroPoint(0)
    var count = 25
    var value = IntegerType.i(16)

    var form: NormSignature {
      let norm = IntegerNorm(
        isCentered: isCentered,
        left: left,
        epsilon: epsilon,
        requantizer: Requantizer(code, multiplier: multiplier, zeroPoint: zeroPoint)
      )
      return NormSignature(norm, count: count, value: value)
    }

    func with(_ change: (inout Parts) -> Void) -> NormSignature {
      var parts = self
      change(&parts)
      return parts.form
    }
  }

  @Test("what a command or a channel brings is no part of it")
  func numbers() {
    let form = Parts().form
    #expect(Parts().with { $0.left = Broadcast(2) } == form)
    #expect(Parts().with { $0.epsilon = Rational(7, over: 1 << 30) } == form)
    #expect(Parts().with { $0.multiplier = Scale(Rational(5, over: 96)) } == form)
    #expect(Parts().with { $0.zeroPoint = ZeroPoint(1) } == form)
  }

  @Test("everything else is of another form, one part at a time")
  func parts() {
    let changes: [(String, (inout Parts) -> Void)] = [
      ("mean", { $0.isCentered = false }),
      ("odd part of the denominator", { $0.epsilon = Rational(1, over: 3 * 4096) }),
      ("codes", { $0.code = .u(3) }),
      ("length of a row", { $0.count = 24 }),
      ("elements", { $0.value = .i(15) }),
    ]
    for (name, change) in changes {
      #expect(Parts().with(change) != Parts().form, "\(name)")
    }
  }
}
