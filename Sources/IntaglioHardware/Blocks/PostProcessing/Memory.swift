/// Words that are read one cycle after their address, and can be written: tables, weights, activations.
public struct Memory: Hashable, Sendable {
  public let name: String
  public let bits: Int
  public let depth: Int
  /// Parts of a word that are written apart from each other, the lowest first.
  public let parts: Int
  /// The file with what it holds at the beginning; `nil` for nothing.
  public let file: String?

  /// Cycles from an address to its word.
  public static let latency = 1

  /// - Precondition: `bits` and `depth` are positive, and `bits` are a multiple of `parts`.
  public init(_ name: String, bits: Int, depth: Int, parts: Int = 1, file: String? = nil) {
    precondition(bits > 0 && depth > 0, "a memory has words and bits")
    precondition(bits % parts == 0, "all parts of a word have the same bits")
    (self.name, self.bits, self.depth, self.parts) = (name, bits, depth, parts)
    self.file = file
  }

  /// A memory that holds `image` at the beginning.
  public init(_ name: String, image: Verilog.MemoryImage) {
    self.init(name, bits: image.bits, depth: image.words.count, file: image.name)
  }

  /// - Throws: `Verilog.ModuleError` when the name is none.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let (address, word) = (Verilog.SignalType.address(of: depth), Verilog.SignalType.unsigned(bits))
    let readAddress = Verilog.Signal("address_i", address)
    let write = Verilog.Signal("write_i", .unsigned(parts))
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
            ClockedPorts.clocked(
              writing(words[writeAddress.value], writeWord, when: write) + [
                .assign(read.reference, words[readAddress.value].value)
              ]
            ),
            .assign(wordOut.reference, read.value),
          ]
        )
      ]
    )
  }

  private func writing(
    _ word: Verilog.Reference,
    _ value: Verilog.Signal,
    when write: Verilog.Signal
  ) -> [Verilog.Statement] {
    guard parts > 1 else { return [.when(write.value, [.assign(word, value.value)])] }
    let size = bits / parts
    return (0..<parts).map { part in
      let low = Verilog.Affine(part * size)
      return .when(
        write.reference.slice(Verilog.Affine(part), bits: 1).value,
        [.assign(word.slice(low, bits: size), value.reference.slice(low, bits: size).value)]
      )
    }
  }
}
