import IntaglioReport
import Testing

@Suite("Printable text")
struct PrintableTests {
  @Test("what a terminal would obey is written out")
  func printable() {
    #expect("plain é 日本 👍🏽 a\u{308}".printable() == "plain é 日本 👍🏽 a\u{308}")
    #expect("a\u{1B}[31m\u{7F}\u{9B}K\r\n\t".printable() == #"a\u{1B}[31m\u{7F}\u{9B}K\r\n\t"#)
    #expect("\u{202E}gnp.exe\u{2066}\u{2028}".printable() == #"\u{202E}gnp.exe\u{2066}\u{2028}"#)
    #expect("two\nlines\r\n".printable(keepingLines: true) == "two\nlines\\r\n")
    var table = Table([.init("node"), .init("status")])
    table.append(["a\nb\u{1B}", "exact"])
    #expect(table.text == "node        status\na\\nb\\u{1B}  exact")
  }
}
