/// What a value change dump is about.
struct VCDHeader {
  /// One of the file's units of time, in seconds.
  private(set) var unit = 0.0
  /// The bits of every code, by their positions.
  private(set) var words: [[UInt8]: Range<Int>] = [:]
  /// The position of every bit by its full name; a bit may have several names.
  private(set) var bits: [String: Int] = [:]
  private(set) var bitCount = 0

  init(_ tokens: inout VCDTokens) throws(VCDError) {
    var scopes: [String] = []
    while let token = try tokens.next() {
      let text = String(decoding: token, as: UTF8.self)
      guard text.hasPrefix("$") else { throw tokens.fault(token) }
      var words: [String] = []
      while let next = try tokens.next() {
        let word = String(decoding: next, as: UTF8.self)
        if word == "$end" { break }
        words.append(word)
      }
      switch text {
      case "$timescale":
        guard let unit = Self.unit(words.joined()) else { throw tokens.fault(token) }
        self.unit = unit
      case "$scope": scopes.append(words.last ?? "")
      case "$upscope": scopes = scopes.dropLast()
      case "$var":
        guard words.count >= 4, let width = Int(words[1]), width > 0 else {
          throw tokens.fault(token)
        }
        declare((scopes + [words[3]]).joined(separator: "."), code: words[2], width: width)
      case "$enddefinitions":
        guard unit > 0 else { throw VCDError(tokens.path, .noTimescale) }
        return
      default: break
      }
    }
    throw VCDError(tokens.path, .truncated)
  }

  private mutating func declare(_ name: String, code: String, width: Int) {
    let range = words[Array(code.utf8), default: bitCount..<bitCount + width]
    words[Array(code.utf8)] = range
    bitCount = max(bitCount, range.upperBound)
    if width == 1 {
      bits[name] = range.lowerBound
    } else {
      for bit in 0..<min(width, range.count) { bits["\(name)[\(bit)]"] = range.lowerBound + bit }
    }
  }

  /// `10ps` in seconds.
  private static func unit(_ text: String) -> Double? {
    let digits = text.prefix { $0.isNumber }
    let units = ["s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "ps": 1e-12, "fs": 1e-15]
    guard let factor = Double(digits), let unit = units[String(text.dropFirst(digits.count))]
    else { return nil }
    return factor * unit
  }
}
