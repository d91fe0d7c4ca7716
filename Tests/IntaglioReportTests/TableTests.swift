import IntaglioReport
import Testing

@Suite("Table")
struct TableTests {
  @Test("text tables align and trail no spaces")
  func table() {
    var table = Table([.init("node"), .init("macs", .right), .init("status")])
    table.append(["qkv", "12", "exact"])
    table.append(["head", "1200", ""])
    #expect(table.text == "node  macs  status\nqkv     12  exact\nhead  1200")
  }
}
