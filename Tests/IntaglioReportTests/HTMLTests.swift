import IntaglioReport
import Testing

@Suite("HTML")
struct HTMLTests {
  @Test("text from models cannot become markup")
  func escaping() {
    var page = HTML(title: "<b>&\"", generator: "intaglio demo")
    page.paragraph("a < b")
    #expect(page.text.contains("<h1>&lt;b&gt;&amp;&quot;</h1>"))
    #expect(page.text.contains("<p>a &lt; b</p>"))
    // A quote and an accent are one character; the quote would end an attribute all the same.
    #expect(HTML.escape("\"\u{308}'<\u{338}/script>") == "&quot;\u{308}&#39;&lt;\u{338}/script&gt;")
    #expect(HTML.escape("\u{1B}[2J\u{0}\n") == "\\u{1B}[2J\\u{0}\n")
  }
}
