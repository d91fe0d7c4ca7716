/// Words of a stream from bytes, the lowest byte first.
struct BytePacker {
  /// Of a word: whole bytes.
  let bits: Int

  let byte = Verilog.Signal("byte_i", .unsigned(8))
  let byteValid = Verilog.Signal("byte_valid_i", .bit)
  var word: Verilog.Signal { Verilog.Signal("word_o", .unsigned(bits)) }
  let wordValid = Verilog.Signal("word_valid_o", .bit)
  let wordReady = Verilog.Signal("word_ready_i", .bit)
  let lost = Verilog.Signal("lost_o", .bit)

  private var kept: Verilog.Signal { Verilog.Signal("word_q", .unsigned(bits)) }
  private let isFull = Verilog.Signal("is_full_q", .bit)
  private var count: Verilog.Signal { Verilog.Signal("count_q", .address(of: max(2, bits / 8))) }

  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let accepts = byteValid.value & (~isFull.value | wordReady.value)
    let next: Verilog.Expression =
      bits == 8
      ? byte.value
      : .concatenation([byte.value, kept.reference.slice(8, bits: bits - 8).value])
    let isLast = count.equals(bits / 8 - 1)
    return try Verilog.Module(
      "byte_packer",
      summary: [
        "A word from every \(bits / 8) bytes, the first one in the lowest bits. lost_o: a byte came while the word before "
          + "it was not taken, and is dropped."
      ],
      ports: [
        .input(ClockedPorts.clock), .input(ClockedPorts.reset), .input(byte), .input(byteValid),
        .output(word), .output(wordValid), .input(wordReady), .output(lost),
      ],
      sections: [
        Verilog.Section(
          "The word so far.",
          registers: [kept, isFull, count],
          [
            .assign(word.reference, kept.value), .assign(wordValid.reference, isFull.value),
            .assign(lost.reference, byteValid.value & ~accepts),
            .clocked(
              ClockedPorts.clock,
              [
                .when(
                  ~ClockedPorts.reset.value,
                  [isFull.cleared, count.cleared],
                  otherwise: [
                    .when(wordReady.value, [isFull.cleared]),
                    .when(
                      accepts,
                      [
                        .assign(kept.reference, next), .assign(isFull.reference, isLast),
                        .when(isLast, [count.cleared], otherwise: [count.increased]),
                      ]
                    ),
                  ]
                )
              ]
            ),
          ]
        )
      ]
    )
  }
}

/// Bytes from words of a stream, the lowest byte first.
struct ByteUnpacker {
  /// Of a word: whole bytes.
  let bits: Int

  var word: Verilog.Signal { Verilog.Signal("word_i", .unsigned(bits)) }
  let wordValid = Verilog.Signal("word_valid_i", .bit)
  let wordReady = Verilog.Signal("word_ready_o", .bit)
  let byte = Verilog.Signal("byte_o", .unsigned(8))
  let byteValid = Verilog.Signal("byte_valid_o", .bit)
  let byteReady = Verilog.Signal("byte_ready_i", .bit)

  private var kept: Verilog.Signal { Verilog.Signal("word_q", .unsigned(bits)) }
  private var left: Verilog.Signal { Verilog.Signal("left_q", .address(of: bits / 8 + 1)) }

  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let rest: Verilog.Expression =
      bits == 8
      ? kept.value
      : .concatenation([.literal(0, .unsigned(8)), kept.reference.slice(8, bits: bits - 8).value])
    return try Verilog.Module(
      "byte_unpacker",
      summary: ["\(bits / 8) bytes from every word, that in the lowest bits first."],
      ports: [
        .input(ClockedPorts.clock), .input(ClockedPorts.reset), .input(word), .input(wordValid),
        .output(wordReady), .output(byte), .output(byteValid), .input(byteReady),
      ],
      sections: [
        Verilog.Section(
          "left: bytes of the word that were not taken.",
          registers: [kept, left],
          [
            .assign(wordReady.reference, left.equals(0)),
            .assign(byte.reference, kept.reference.slice(0, bits: 8).value),
            .assign(byteValid.reference, ~left.equals(0)),
            .clocked(
              ClockedPorts.clock,
              [
                .when(
                  ~ClockedPorts.reset.value,
                  [left.cleared],
                  otherwise: [
                    .when(
                      left.equals(0),
                      [
                        .when(
                          wordValid.value,
                          [
                            .assign(kept.reference, word.value),
                            .assign(left.reference, .literal(bits / 8, left.type)),
                          ]
                        )
                      ],
                      otherwise: [
                        .when(byteReady.value, [.assign(kept.reference, rest), left.decreased])
                      ]
                    )
                  ]
                )
              ]
            ),
          ]
        )
      ]
    )
  }
}
