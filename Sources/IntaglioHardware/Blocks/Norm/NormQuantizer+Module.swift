import IntaglioNumerics

extension NormQuantizer {
  // MARK: Modules

  /// The unit, which asks for the word of a channel and gets it one cycle later.
  ///
  /// - Throws: `Verilog.ModuleError` when the name is none.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let kind = parameters.isCentered ? "LayerNorm" : "RMSNorm"
    let rhythm = pace == 1 ? "" : ", one in \(pace) cycles at most"
    return try Verilog.Module(
      name,
      summary: [
        "\(kind) of rows of \(parameters.count) elements (\(value)) in codes (\(parameters.code)), "
          + "by comparison of squares.",
        "Takes an element in every cycle in which valid_i and ready_o are high\(rhythm); the first code "
          + "comes \(latency) cycles after the last of them, one every \(interval) cycles.",
        "channel_word_i is the word of the channel that channel_o named one cycle before, and so is "
          + "value_i its element when ready_o is low: the row comes in twice.",
      ]
        + (hasOffset
          ? ["offset_i is p of the row's norm, until its energy is there."] : []),
      ports: ClockedPorts.all
        + ([validIn, valueIn, wordIn] + (hasOffset ? [offsetIn] : [])).map(Verilog.Port.input)
        + [readyOut, validOut, codeOut, channelOut].map(Verilog.Port.output),
      sections: Verilog.Section.declaredFirst(
        "What is kept, and what passes between the sections.",
        [
          control(), tokens(), word(), elements(), row(),
        ] + multiplier() + [
          products(), signs(), sides(), comparison(), codes(),
          .unused([size, weight] + unusedProducts + unusedParts),
        ]
      )
    )
  }
}
