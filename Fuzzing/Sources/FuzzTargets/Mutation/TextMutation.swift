import IntaglioNumerics

/// Changes one word of a text (a number, a string or a bracket) for another.
enum TextMutation {
  private static let values = [
    "0", "1", "-1", "2", "3", "8", "31", "32", "63", "64", "255", "256", "1e300", "1e-300", "0.5",
    "-0.0", "2147483647", "2147483648", "-2147483648", "4294967296", "4611686018427387904",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616",
    "1e19", "123456789012345678901234567890", "null", "true", "false", "[]", "{}", "[1,2]", "\"\"",
    "\"nan\"", "\"inf\"", "\"x\"", "\"é\"", "\"\\u0000\"", "\"\\ud800\"",
  ]

  /// The mutation that may also put in any of `words`.
  static func mutation(_ words: [String] = []) -> FuzzTarget.Mutation {
    let choices = (values + words.map { "\"\($0)\"" } + words).map { Array($0.utf8) }
    return { bytes, limit, random in
      let ranges = tokens(bytes)
      guard let range = ranges.randomElement(using: &random) else { return }
      switch Int.random(in: 0..<8, using: &random) {
      case 0:
        // A word of its own in its place.
        guard let other = ranges.randomElement(using: &random) else { return }
        bytes.replaceSubrange(range, with: Array(bytes[other]))
      case 1: bytes.removeSubrange(range)
      case 2: bytes.insert(contentsOf: Array(bytes[range]), at: range.lowerBound)
      case 3:
        // From here to another word, once more.
        guard let other = ranges.randomElement(using: &random) else { return }
        let (low, high) = (
          min(range.lowerBound, other.lowerBound), max(range.upperBound, other.upperBound)
        )
        guard high - low < 4096 else { return }
        bytes.insert(contentsOf: Array(bytes[low..<high]), at: high)
      default:
        guard let choice = choices.randomElement(using: &random) else { return }
        bytes.replaceSubrange(range, with: choice)
      }
      if bytes.count > limit { bytes.removeLast(bytes.count - limit) }
    }
  }

  /// Where numbers, words, strings and single marks stand, up to the first zero byte.
  private static func tokens(_ bytes: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var position = 0
    while position < bytes.count, bytes[position] != 0 {
      let start = position
      position += 1
      switch bytes[start] {
      case UInt8(ascii: "\""):
        while position < bytes.count, bytes[position] != 0, bytes[position] != UInt8(ascii: "\"") {
          position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        position = min(position + 1, bytes.count)
      case let byte where isWord(byte):
        while position < bytes.count, isWord(bytes[position]) { position += 1 }
      case 0x20, 0x0A: continue
      default: break
      }
      ranges.append(start..<position)
    }
    return ranges
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "+"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
