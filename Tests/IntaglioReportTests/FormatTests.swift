import IntaglioReport
import Testing

@Suite("Format")
struct FormatTests {
  @Test("numbers read as people write them")
  func format() {
    #expect(Format.percent(0.84164) == "84.16 %")
    #expect(Format.fixed(-0.004, digits: 2) == "0.00")
    #expect(Format.fixed(-1.5, digits: 1) == "-1.5")
    #expect(Format.fixed(0.999, digits: 2) == "1.00")
    #expect(Format.fixed(12, digits: 0) == "12")
    #expect(Format.fixed(.infinity, digits: 1) == "inf")
    #expect(Format.count(1_234_567) == "1.23 M" && Format.count(999) == "999")
    #expect(Format.bytes(328_704) == "321.0 KiB")
  }

  @Test("three digits say how large a number is")
  func significant() {
    #expect(Format.significant(0) == "0.0")
    #expect(Format.significant(12.3456) == "12.3" && Format.significant(0.0123456) == "0.0123")
    #expect(Format.significant(9.9996) == "10.0" && Format.significant(-1.5) == "-1.50")
    #expect(Format.significant(2.49e-7) == "2.49e-7" && Format.significant(1e300) == "1.00e300")
    #expect(Format.significant(.infinity) == "inf")
  }
}
