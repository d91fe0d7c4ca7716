/// Pieces of C.
enum CText {
  /// An array of numbers, some to a line.
  static func array(_ type: String, _ name: String, _ values: [String]) -> String {
    var lines = ["static const \(type) \(name)[\(max(values.count, 1))] = {"]
    var line = " "
    for value in values.isEmpty ? ["0"] : values {
      if line.utf8.count + value.utf8.count > 108 {
        lines.append(line)
        line = " "
      }
      line += " \(value),"
    }
    lines.append(line)
    lines.append("};")
    return lines.joined(separator: "\n")
  }

  /// The narrowest type that holds all of `values`, and how many bytes one takes.
  static func type(holding values: [Int]) -> (name: String, bytes: Int) {
    let (least, most) = (values.min() ?? 0, values.max() ?? 0)
    for bytes in [1, 2, 4] {
      let limit = 1 << (8 * bytes - 1)
      if least >= -limit, most < limit { return ("int\(8 * bytes)_t", bytes) }
      if least >= 0, most < 2 * limit { return ("uint\(8 * bytes)_t", bytes) }
    }
    return ("int64_t", 8)
  }

  /// A number of 64 bits; the least one has no literal of its own.
  static func long(_ value: Int) -> String {
    if value == .min { return "INT64_MIN" }
    return Int(Int32.min) < value && value <= Int(Int32.max) ? "\(value)" : "INT64_C(\(value))"
  }

  /// Text that is safe inside a comment.
  static func comment(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isPlain = scalar.value >= 32 && scalar.value < 127
      result += isPlain ? String(scalar) : "?"
    }
    return result.replacing("*/", with: "* /").replacing("/*", with: "/ *")
      .replacing("??", with: "? ?")
  }
}
