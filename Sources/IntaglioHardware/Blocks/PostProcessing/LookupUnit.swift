import BigInt
public import IntaglioGraph
import IntaglioNumerics

/// index → code by a table of every index: equation (18a).
public struct LookupUnit: Hashable, Sendable {
  public let lookup: LookupFunction
  /// The name of the module, and of the file with its codes.
  public let name: String

  /// Cycles from an index to its code.
  public static let latency = 1

  public init(_ name: String, _ lookup: LookupFunction) {
    (self.name, self.lookup) = (name, lookup)
  }

  /// The codes in the order of the indices' bit patterns, so that an index is an address.
  public var image: Verilog.MemoryImage {
    let (index, code) = (lookup.index, Verilog.SignalType(lookup.type))
    let count = 1 << index.bits
    let words = (0..<count).map { pattern -> BigUInt in
      let value = index.isSigned && pattern >= count / 2 ? pattern - count : pattern
      var word = Verilog.PackedWord()
      word.append(lookup(value), code)
      return word.pattern
    }
    return Verilog.MemoryImage("\(name).hex", bits: code.bits, words: words)
  }

  /// - Throws: `Verilog.ModuleError` when the name is none.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let (index, code) = (Verilog.SignalType(lookup.index), Verilog.SignalType(lookup.type))
    let indexIn = Verilog.Signal("index_i", index)
    let codeOut = Verilog.Signal("code_o", code)
    let codes = Verilog.Signal("codes_q", .unsigned(code.bits), depth: image.words.count)
    let address = index.isSigned ? indexIn.value.asUnsigned : indexIn.value
    var pipeline = Pipeline()
    pipeline.append(
      Verilog.Section(
        "The code of every index, by its bit pattern.",
        registers: [codes],
        [.initial([.load(codes, file: image.name)])]
      )
    )
    let result = pipeline.register(
      "code",
      .unsigned(code.bits),
      "code = table[index].",
      codes[address].value
    )
    pipeline.output(codeOut, code.isSigned ? result.value.asSigned : result.value)
    return try Verilog.Module(
      name,
      summary: ["Codes of \(lookup.type) for indices of \(lookup.index) by a table; one cycle."],
      ports: ClockedPorts.withoutReset + [.input(indexIn), .output(codeOut)],
      sections: pipeline.sections
    )
  }
}
