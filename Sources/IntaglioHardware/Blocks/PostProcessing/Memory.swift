/// Words that are read one cycle after their address, and can be written: tables, weights, activations.
public struct Memory: Hashable, Sendable {
  public let name: String
  public let bits: Int
  public let depth: Int
  /// The file with what it holds at the beginning; `nil` for nothing.
  public let file: String?

  /// Cycles from an address to its word.
  public static let latency = 1

  /// - Precondition: `bits` and `depth` are positive.
  public init(_ name: String, bits: Int, depth: Int, file: String? = nil) {
    precondition(bits > 0 && depth > 0, "a memory has words and bits")
    (self.name, self.bits, self.depth, self.file) = (name, bits, depth, file)
  }

  /// A memory that holds `image` at the beginning.
  public init(_ name: String, image: Verilog.MemoryImage) {
    self.init(name, bits: image.bits, depth: image.words.count, file: image.name)
  }

  /// - Throws: `Verilog.ModuleError` when the name is none.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let (address, word) = (Verilog.SignalType.address(of: depth), Verilog.SignalType.unsigned(bits))
    let readAddress = Verilog.Signal("address_i", address)
    let write = Verilog.Signal("write_i", .bit)
    let writeAddress = Verilog.Signal("write_address_i", address)
    let writeWord = Verilog.Signal("write_word_i", word)
    let wordOut = Verilog.Signal("word_o", word)
    let words = Verilog.Signal("words_q", word, depth: depth)
    let read = Verilog.Signal("word_q", word)
    let load: [Verilog.Item] = file.map { [.initial([.load(words, file: $0)])] } ?? []
    return try Verilog.Module(
      name,
      summary: [
        "\(depth) words of \(bits) bits, read one cycle after their address."
          + (file.map { " \($0) says what they hold at the beginning." } ?? "")
      ],
      ports: ClockedPorts.withoutReset
        + [readAddress, write, writeAddress, writeWord].map(Verilog.Port.input) + [
          .output(wordOut)
        ],
      sections: [
        Verilog.Section(
          "A read sees what was there before a write in the same cycle.",
          registers: [words, read],
          load + [
            ClockedPorts.clocked([
              .when(write.value, [.assign(words[writeAddress.value], writeWord.value)]),
              .assign(read.reference, words[readAddress.value].value),
            ]),
            .assign(wordOut.reference, read.value),
          ]
        )
      ]
    )
  }
}
