/// How wide a text is about, without a font at hand: rather too wide than too narrow.
enum TextMeasure {
  /// In units of the drawing, at a size of `size` units.
  static func width(_ text: String, size: Double, isBold: Bool = false) -> Double {
    text.unicodeScalars.reduce(0) { $0 + ems($1) } * size * (isBold ? 1.14 : 1)
  }

  /// What of a text that is too long is kept.
  enum Part { case ends, tail }

  /// `text` as one line that fits into `room`, with a … for what is too much.
  static func cut(
    _ text: String,
    room: Double,
    size: Double,
    isBold: Bool = false,
    keeping part: Part = .ends
  ) -> String {
    let line = text.printable()
    func fits(_ text: String) -> Bool { width(text, size: size, isBold: isBold) <= room }
    if fits(line) { return line }
    let letters = Array(line)
    // The longest of all that fit.
    var (low, high) = (0, letters.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if fits(shortened(letters, to: middle, part)) { low = middle } else { high = middle - 1 }
    }
    let result = shortened(letters, to: low, part)
    return fits(result) ? result : ""
  }

  /// `kept` letters with a … : of both ends, a little more in front, or behind only.
  private static func shortened(_ letters: [Character], to kept: Int, _ part: Part) -> String {
    let tail =
      switch part {
      case .ends: kept * 2 / 5
      case .tail: kept
      }
    return String(letters.prefix(kept - tail)) + "…" + String(letters.suffix(tail))
  }

  /// The width of a character of a wide typeface, in its size.
  private static func ems(_ scalar: Unicode.Scalar) -> Double {
    guard scalar.isASCII else { return wide(scalar) }
    return switch scalar {
    case " ", "!", "'", ",", ".", "/", ":", ";", "I", "\\", "i", "j", "l", "|": 0.35
    case "(", ")", "-", "[", "]", "`", "f", "r", "t", "{", "}": 0.43
    case "%", "@", "M", "W", "m": 1
    case "#", "&", "+", "<", "=", ">", "G", "O", "Q", "w", "~": 0.84
    case "A"..."Z": 0.76
    default: 0.64
    }
  }

  /// Chinese, Japanese and Korean count double.
  private static func wide(_ scalar: Unicode.Scalar) -> Double {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    return switch scalar.value {
    case ..<0x250: 0.76
    case 0x1100...0x11FF, 0x2E80...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7FF, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F000...0x1FAFF, 0x20000...0x3FFFD:
      1.1
    default: 1
    }
  }
}
