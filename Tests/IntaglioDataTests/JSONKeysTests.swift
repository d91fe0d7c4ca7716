import IntaglioData
import Testing

@Suite("Keys of JSON objects")
struct JSONKeysTests {
  private func refusal(_ text: String) -> String? {
    do {
      try JSONKeys.requireDistinct(Array(text.utf8), file: "a.json")
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test(
    "that stand twice in one object are refused, with the line",
    arguments: [
      (#"{"a": 1, "a": 1}"#, "\"a\"", 1),
      ("{\"a\": 1,\n\"b\": 2,\n\"a\" : 3}", "\"a\"", 3),
      (#"{"x": [{"b": {}}, {"b": [1, 2], "c": "b", "b": null}]}"#, "\"b\"", 1),
      (#"{"mean": 1, "me\u0061n": 2}"#, "\"mean\"", 1),
      (#"{"a:{": {"q\"": 1, "q\"": 2}}"#, "\"q\"\"", 1),
      // One key in two forms of Unicode: a dictionary of texts keeps one of them.
      ("{\"\u{E9}\": 1, \"e\u{301}\": 2}", "twice", 1),
    ]
  )
  func twice(text: String, key: String, line: Int) throws {
    let message = try #require(refusal(text))
    #expect(message.contains(key) && message.contains("twice"), "\(message)")
    #expect(message.contains("line \(line)"), "\(message)")
  }

  @Test(
    "that stand once in each object are taken, whatever values say",
    arguments: [
      #"{"a": 1, "b": "a", "c": {"a": 1}, "d": [{"a": 1}, {"a": 2}]}"#,
      #"["a", "a", {"a": "a"}]"#,
      #"{"a": "}", "b": ["]", "a:", ":"], "A": 1}"#,
      "\u{FEFF}{\"a\": 1}",
      #""text""#,
      "",
    ]
  )
  func once(text: String) { #expect(refusal(text) == nil) }
}
