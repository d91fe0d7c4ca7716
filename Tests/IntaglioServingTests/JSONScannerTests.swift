import IntaglioProtocol
import Foundation
import IntaglioServing
import NIOCore
import Testing

@Suite struct JSONScannerTests {
  private func scan<Result>(
    _ text: String,
    _ body: (inout JSONScanner) throws -> Result
  ) throws -> Result {
    try Array(text.utf8).withUnsafeBytes { bytes in
      var scanner = JSONScanner(bytes)
      let result = try body(&scanner)
      try scanner.expectEnd()
      return result
    }
  }

  @Test(arguments: 1...8)
  func `numbers are rounded once, as the C library does`(seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func random() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
    var texts: [String] = []
    for _ in 0..<2000 {
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: random() >> 16))
      guard float.isFinite else { continue }
      texts += ["\(float)", "\(Double(float))"]
      // In the middle between two neighbours, and a little beside it.
      let middle = (Double(float) + Double(float.nextUp)) / 2
      if middle.isFinite { texts += ["\(middle)", "\(middle.nextUp)", "\(middle.nextDown)"] }
      let digits = String(random())
      texts.append("\(digits.prefix(5)).\(digits.dropFirst(5))e\(Int(random() % 60) - 30)")
      texts.append("-0.\(String(repeating: "0", count: Int(random() % 20)))\(digits)")
    }
    for text in texts {
      let expected = strtof(text, nil)
      let found = try? scan(text) { try $0.float() }
      if expected.isFinite {
        #expect(found?.bitPattern == expected.bitPattern, "\(text)")
      } else {
        #expect(found == nil, "\(text)")
      }
    }
  }

  @Test(arguments: [
    "0", "-0", "0.5", "1e5", "1E+5", "1e-05", "123456789012345678901234567890", "1e-999",
  ])
  func `all forms of numbers are read`(text: String) throws {
    #expect(try scan(text) { try $0.float() }.bitPattern == strtof(text, nil).bitPattern)
  }

  @Test(arguments: [
    "", "-", "+1", ".5", "1.", "01", "1e", "1e+", "NaN", "Infinity", "-Infinity", "0x10", "1_0",
    "--1",
    "1e999",
  ])
  func `what is no number is refused`(text: String) {
    #expect(throws: ServingError.self) { try scan(text) { try $0.float() } }
  }

  @Test func `strings have escapes, and nothing else`() throws {
    #expect(
      try scan(#""a\"\\\/\b\f\n\r\té€\ud83d\ude00""#) { try $0.string() }
        == "a\"\\/\u{8}\u{c}\n\r\té€😀"
    )
    for text in [
      #""\x""#, #""\u12""#, #""\ud83d""#, #""\ude00""#, "\"a", "\"\n\"", #""\"#, "\"\u{0}\"", "a",
    ] {
      #expect(throws: ServingError.self, "\(text)") { try scan(text) { try $0.string() } }
    }
    let wrong: [UInt8] = [0x22, 0xFF, 0x22]
    #expect(throws: ServingError.self) {
      try wrong.withUnsafeBytes { bytes in
        var scanner = JSONScanner(bytes)
        _ = try scanner.string()
      }
    }
  }

  @Test func `values that do not matter are passed over, but not too deep`() throws {
    try scan(#" {"a":[1,{"b":null}],"c":"d","e":[true,false,[]],"f":{}} "#) { try $0.skip() }
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: ServingError.self) { try scan(deep) { try $0.skip() } }
    for text in ["[1,]", "{\"a\"}", "{\"a\":1,}", "[1 2]", "nul", "[", "{", "tru", "]", "{1:2}"] {
      #expect(throws: ServingError.self, "\(text)") { try scan(text) { try $0.skip() } }
    }
  }

  @Test func `a request that is cut at any byte is refused`() throws {
    let text = Array(TestServer.json(1.5, -2e3, more: #","id":"é","parameters":{"x":[null]}"#).utf8)
    #expect(try InferRequestReader.read(.init(bytes: text), jsonLength: nil).id == "é")
    for end in text.indices {
      #expect(throws: ServingError.self) {
        _ = try InferRequestReader.read(.init(bytes: text[..<end]), jsonLength: nil)
      }
    }
  }

  @Test func `deep nesting of data does not trap`() {
    let deep =
      #"{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":"#
      + String(repeating: "[", count: 200_000)
    #expect(throws: ServingError.self) {
      _ = try InferRequestReader.read(.init(string: deep), jsonLength: nil)
    }
    let closed = deep + String(repeating: "]", count: 200_000) + "}]}"
    #expect(throws: ServingError.self) {
      _ = try InferRequestReader.read(.init(string: closed), jsonLength: nil)
    }
    let bytes = closed.replacing("FP32", with: "BYTES")
    #expect(throws: ServingError.self) {
      _ = try InferRequestReader.read(.init(string: bytes), jsonLength: nil)
    }
  }
}
