import IntaglioReport
import Testing

@Suite("Reports")
struct ReportTests {
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

  @Test("text tables align and trail no spaces")
  func table() {
    var table = Table([.init("node"), .init("macs", .right), .init("status")])
    table.append(["qkv", "12", "exact"])
    table.append(["head", "1200", ""])
    #expect(table.text == "node  macs  status\nqkv     12  exact\nhead  1200")
  }

  @Test("text from models cannot become markup")
  func escaping() {
    var page = HTML(title: "<b>&\"", generator: "intaglio demo")
    page.paragraph("a < b")
    #expect(page.text.contains("<h1>&lt;b&gt;&amp;&quot;</h1>"))
    #expect(page.text.contains("<p>a &lt; b</p>"))
  }

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
}
