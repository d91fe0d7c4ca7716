import IntaglioNumerics
import IntaglioRuntime
import Testing

@Suite("Distance tables")
struct DistanceTableTests {
  @Test(
    "a table holds e of every distance, and what it leaves out is 0",
    arguments: [0, 4, 8, 12],
    [8, 15, 16]
  )
  func everyDistance(fractionBits: Int, tableBits: Int) throws {
    for denominator in [1, 7, 20, 28] {
      let exponential = Base2Exponential(
        scale: Rational(1, over: denominator),
        fractionBits: fractionBits,
        tableBits: tableBits
      )
      let words = try #require(DistanceTable(exponential)).words
      #expect(words.count % 64 == 0 && words.last == 0)
      for distance in 0..<2000 {
        let word = words[min(distance, words.count - 1)]
        #expect((word == .max ? 1 << 16 : Int(word)) == exponential(distance))
      }
    }
  }

  @Test("there is no table where many distances leave something, or where e is no word")
  func noTable() {
    func table(_ scale: Rational, tableBits: Int) -> DistanceTable? {
      DistanceTable(Base2Exponential(scale: scale, fractionBits: 8, tableBits: tableBits))
    }
    // e is 0 from D = 46 · ln 2 · tableBits on, or twice that.
    #expect(table(Rational(1, over: 46), tableBits: 16)?.words.count == 512)
    #expect(table(Rational(1, over: 46), tableBits: 17) == nil)
    #expect(table(Rational(1, over: 92), tableBits: 16) == nil)
  }
}
