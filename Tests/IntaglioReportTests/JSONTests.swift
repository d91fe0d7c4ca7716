import IntaglioReport
import Testing

@Suite("JSON")
struct JSONTests {
  @Test("one line of JSON is one line, its keys in order")
  func jsonLine() throws {
    struct Answer: Encodable {
      let t = [0.5, 1]
      let error = "a/b\n\"c\""
    }
    #expect(try JSON.line(Answer()) == #"{"error":"a/b\n\"c\"","t":[0.5,1]}"#)
    #expect(try JSON.line([Double.nan, .infinity, -.infinity, 1]) == "[null,null,null,1]")
    #expect(
      try JSON.line(["\u{1B}\u{7F}\u{9B}\u{202E}\u{2028}é"])
        == #"["\u001b\u007f\u009b\u202e\u2028é"]"#
    )
  }
}
