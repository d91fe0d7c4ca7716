/// Several pieces of bytes as one input, with the length of each but the last before it.
enum Parts {
  /// Each length takes 4 bytes, the least significant one first.
  static func joined(_ parts: [UInt8]...) -> [UInt8] {
    parts.dropLast().flatMap { part in
      (0..<4).map { UInt8(truncatingIfNeeded: part.count >> (8 * $0)) } + part
    } + (parts.last ?? [])
  }

  /// `count` pieces of any bytes; a length beyond the end means all there is.
  static func split(_ bytes: [UInt8], into count: Int) -> [[UInt8]] {
    var rest = bytes[...]
    var parts: [[UInt8]] = []
    for _ in 1..<count {
      let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(4)
      parts.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return parts + [Array(rest)]
  }
}
