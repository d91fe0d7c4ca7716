import Foundation

/// A file of recorded results in `Tests/Golden`: a comment line with its origin, then fields separated by spaces.
public struct GoldenFile {
  public let lines: [[String]]

  public init(_ name: String) throws {
    let tests = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
    let url = tests.appendingPathComponent("Golden/IntaglioData/\(name)")
    let text = try String(contentsOf: url, encoding: .utf8)
    lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map { $0.split(separator: " ").map(String.init) }
  }
}

/// The bytes that `text` spells in hexadecimal.
public func hexadecimal(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { index in
    UInt8(digits[index] << 4 | digits[index + 1])
  }
}
