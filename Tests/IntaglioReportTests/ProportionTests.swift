import IntaglioReport
import Testing

@Suite("Proportion")
struct ProportionTests {
  @Test("Wilson's interval agrees with published values")
  func wilson() {
    // Newcombe, Statistics in Medicine 17 (1998), table I: 81/263, 15/148, 0/20 and 1/29.
    for (hits, total, low, high) in [
      (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
      (1, 29, 0.0061, 0.1718),
    ] {
      let interval = Proportion(hits, of: total).interval95
      #expect(abs(interval.lowerBound - low) < 5e-5 && abs(interval.upperBound - high) < 5e-5)
    }
    #expect(Proportion(0, of: 0).interval95 == 0...1)
  }
}
