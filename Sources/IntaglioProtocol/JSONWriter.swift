package import NIOCore

/// Writes JSON text piece by piece.
package struct JSONWriter {
  package private(set) var buffer: ByteBuffer
  /// Whether the next element needs a comma before it.
  private var needsComma = false

  package init(capacity: Int = 512) {
    buffer = ByteBufferAllocator().buffer(capacity: capacity)
  }

  package mutating func object(_ body: (inout JSONWriter) -> Void) { enclosed("{", "}", body) }

  package mutating func array(_ body: (inout JSONWriter) -> Void) { enclosed("[", "]", body) }

  private mutating func enclosed(
    _ opening: String,
    _ closing: String,
    _ body: (inout JSONWriter) -> Void
  ) {
    separate()
    buffer.writeString(opening)
    needsComma = false
    body(&self)
    buffer.writeString(closing)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { buffer.writeInteger(UInt8(ascii: ",")) }
    needsComma = true
  }

  package mutating func key(_ key: String) {
    string(key)
    buffer.writeInteger(UInt8(ascii: ":"))
    needsComma = false
  }

  package mutating func string(_ text: String) {
    separate()
    buffer.writeInteger(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): buffer.writeString("\\\"")
      case UInt8(ascii: "\\"): buffer.writeString("\\\\")
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        buffer.writeString("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: buffer.writeInteger(byte)
      }
    }
    buffer.writeInteger(UInt8(ascii: "\""))
  }

  package mutating func number(_ number: Int) {
    separate()
    buffer.writeString(String(number))
  }

  /// A finite number by the fewest digits that read back as the same.
  package mutating func number(_ number: Float) {
    separate()
    buffer.writeString(number.description)
  }

  package mutating func bool(_ value: Bool) {
    separate()
    buffer.writeString(value ? "true" : "false")
  }

  package mutating func integers(_ numbers: [Int]) {
    array { writer in for number in numbers { writer.number(number) } }
  }

  package mutating func strings(_ texts: [String]) {
    array { writer in for text in texts { writer.string(text) } }
  }
}
