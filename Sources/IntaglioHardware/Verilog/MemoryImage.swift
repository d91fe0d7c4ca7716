public import BigInt

extension Verilog {
  /// What an array holds before the first clock: a file for `$readmemh`.
  public struct MemoryImage: Hashable, Sendable {
    public let name: String
    public let bits: Int
    /// Bit patterns, the word of address 0 first.
    public let words: [BigUInt]

    /// - Precondition: every word fits `bits`.
    public init(_ name: String, bits: Int, words: [BigUInt]) {
      precondition(words.allSatisfy { $0.bitWidth <= bits }, "words of at most \(bits) bits")
      (self.name, self.bits, self.words) = (name, bits, words)
    }

    /// One word in a line, all of one length.
    public var text: String {
      let digits = (bits + 3) / 4
      return words.map { word in
        let text = String(word, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text + "\n"
      }.joined()
    }
  }

  /// Numbers side by side in a word, the first one in the lowest bits.
  public struct PackedWord: Hashable, Sendable {
    public private(set) var bits = 0
    public private(set) var pattern: BigUInt = 0

    public init() {}

    /// Numbers of one type side by side, the first one in the lowest bits.
    ///
    /// - Precondition: `type` holds every one.
    public init(_ values: [Int], _ type: SignalType) {
      for value in values { append(value, type) }
    }

    /// - Precondition: `type` holds `value`.
    public mutating func append(_ value: BigInt, _ type: SignalType) {
      precondition(type.range.contains(value), "\(value) does not fit \(type)")
      let field = value.signum() < 0 ? value + BigInt(1) << type.bits : value
      pattern |= field.magnitude << bits
      bits += type.bits
    }

    public mutating func append(_ value: Int, _ type: SignalType) { append(BigInt(value), type) }
  }
}
