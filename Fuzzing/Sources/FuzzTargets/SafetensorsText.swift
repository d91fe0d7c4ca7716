/// A safetensors file without the numbers that a mutation would get wrong at once.
///
/// The header as text, a zero byte, the data. The length in front of the header follows from the text,
/// and the data is cut or filled with zeros to what the last of the offsets asks for.
enum SafetensorsText {
  /// What offsets may ask for at most.
  private static let dataLimit = 1 << 20

  /// The text form of a file.
  static func text(of file: [UInt8]) -> [UInt8] {
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    return Array(file.dropFirst(8).prefix(length)) + [0] + file.dropFirst(8 + length)
  }

  /// The file of a text form; anything that does not begin like a header is the file itself.
  static func file(of text: [UInt8]) -> [UInt8] {
    guard text.first == UInt8(ascii: "{") else { return text }
    let header = text.prefix { $0 != 0 }
    var data = Array(text.dropFirst(header.count + 1))
    if let end = end(in: header), end <= dataLimit {
      data = Array(data.prefix(end))
      data += [UInt8](repeating: 0, count: end - data.count)
    }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return length + header + data
  }

  /// The largest of the second offsets: numbers between a comma and `]}`.
  private static func end(in header: ArraySlice<UInt8>) -> Int? {
    var largest: Int?
    var number: Int?
    var isSecond = false
    for byte in header {
      switch byte {
      case UInt8(ascii: ","): (number, isSecond) = (nil, true)
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        number = min((number ?? 0) * 10 + Int(byte - 0x30), 1 << 40)
      case UInt8(ascii: "]"):
        if isSecond, let number { largest = max(largest ?? 0, number) }
        (number, isSecond) = (nil, false)
      default: (number, isSecond) = (nil, false)
      }
    }
    return largest
  }
}
