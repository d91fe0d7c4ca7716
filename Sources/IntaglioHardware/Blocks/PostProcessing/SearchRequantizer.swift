import BigInt
public import IntaglioNumerics

/// accumulator → code by a search among the thresholds of a threshold table: equations (13) and (18).
///
/// For codes of so many levels that a comparator for each threshold is too much: one comparator and
/// one memory for each binary digit of the number of thresholds reached, a value in every cycle. The
/// memory of digit k holds, for every channel, the thresholds that can come k-th.
public struct SearchRequantizer: Hashable, Sendable {
  /// Of the module, and the beginning of its files' names.
  public let name: String
  public let value: IntegerType
  public let code: IntegerType
  /// One for each channel; one for all.
  public let tables: [ThresholdTable]

  /// - Precondition: there is a table, and `code` holds the codes of all.
  public init(_ name: String, tables: [ThresholdTable], value: IntegerType, code: IntegerType) {
    precondition(!tables.isEmpty, "at least one table")
    precondition(tables.allSatisfy { $0.codes.allSatisfy(code.range.contains) }, "wider codes")
    (self.name, self.tables, self.value, self.code) = (name, tables, value, code)
  }

  /// How many digits the number of thresholds reached has.
  private var digits: Int {
    max(1, Int.bitWidth - (tables.map(\.thresholds.count).max() ?? 0).leadingZeroBitCount)
  }

  /// Cycles from a value and its channel to the code.
  public var latency: Int { digits + 1 }

  /// Holds a threshold less one, which may be below every value.
  private var threshold: Verilog.SignalType { .signed(value.bits + (value.isSigned ? 1 : 2)) }

  /// The thresholds that digit `level` compares with, and for the last one the codes.
  public var images: [Verilog.MemoryImage] {
    (0..<digits).map(levelImage) + [codeImage]
  }

  /// Node p of level k stands between the counts below and from p·2ⁿ⁻ᵏ + 2ⁿ⁻ᵏ⁻¹ on.
  private func levelImage(_ level: Int) -> Verilog.MemoryImage {
    let width = 1 << (digits - level)
    let range = value.range
    let words = tables.flatMap { table in
      (0..<1 << level).map { node -> BigUInt in
        let place = node * width + width / 2 - 1
        // What no value is above stands for thresholds that are not there.
        let reached =
          place < table.thresholds.count ? table.thresholds[place] - 1 : range.upperBound
        var word = Verilog.PackedWord()
        word.append(max(range.lowerBound - 1, min(range.upperBound, reached)), threshold)
        return word.pattern
      }
    }
    return Verilog.MemoryImage("\(name)_level_\(level).hex", bits: threshold.bits, words: words)
  }

  private var codeImage: Verilog.MemoryImage {
    let words = tables.flatMap { table in
      (0..<1 << digits).map { count -> BigUInt in
        var word = Verilog.PackedWord()
        word.append(table.codes[min(count, table.thresholds.count)], .init(code))
        return word.pattern
      }
    }
    return Verilog.MemoryImage("\(name)_codes.hex", bits: code.bits, words: words)
  }

  /// - Throws: `Verilog.ModuleError` when the name is none.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let valueIn = Verilog.Signal("value_i", .init(value))
    let channelIn = Verilog.Signal("channel_i", .address(of: tables.count))
    let codeOut = Verilog.Signal("code_o", .init(code))
    let hasChannels = tables.count > 1
    var pipeline = Pipeline()
    let address = search(valueIn, hasChannels ? channelIn : nil, &pipeline)
    let result = pipeline.table("code", codeImage, "The code of every count.", at: address)
    pipeline.output(codeOut, code.isSigned ? result.value.asSigned : result.value)
    let channels = hasChannels ? [Verilog.Port.input(channelIn)] : []
    return try Verilog.Module(
      name,
      summary: [
        "Requantization of \(value) to \(code) by a search among at most "
          + "\(tables.map(\.thresholds.count).max() ?? 0) thresholds for each of \(tables.count) "
          + "channel\(hasChannels ? "s" : ""); \(latency) cycles."
      ],
      ports: ClockedPorts.withoutReset + [.input(valueIn)] + channels + [.output(codeOut)],
      sections: pipeline.sections
    )
  }

  /// The channel, where there are several, and how many thresholds `value` reaches: a digit a cycle.
  private func search(
    _ value: Verilog.Signal,
    _ channel: Verilog.Signal?,
    _ pipeline: inout Pipeline
  ) -> Verilog.Expression {
    var (late, channel) = (value, channel)
    var count: Verilog.Signal?
    /// The channel and the digits so far.
    func address() -> Verilog.Expression {
      let parts = [channel, count].compactMap { $0?.value }
      return parts.isEmpty ? .literal(0, .unsigned(1)) : .concatenation(parts)
    }
    for level in 0..<digits {
      let word = pipeline.table(
        "level_\(level)",
        levelImage(level),
        "Digit \(digits - 1 - level): the threshold that decides it, less one.",
        at: address()
      )
      late = pipeline.delay(late, 1, "value_\(level)")
      channel = channel.map { pipeline.delay($0, 1, "channel_\(level)") }
      let before = count.map { pipeline.delay($0, 1, "before_\(level)") }
      let isAbove = pipeline.wire(
        "is_above_\(level)",
        .bit,
        "Whether the value is above it.",
        word.value.asSigned.isLess(than: late.reference.extended(to: threshold))
      )
      count = pipeline.wire(
        "count_\(level)",
        .unsigned(level + 1),
        "The digits so far of how many thresholds are reached.",
        before.map { .concatenation([$0.value, isAbove.value]) } ?? isAbove.value
      )
    }
    return address()
  }
}
