public import IntaglioNumerics

/// accumulator → code by comparison with the thresholds of a threshold table: equations (13) and (18).
///
/// The table is an input, a word of its base, its rises and its falls, so that one unit serves every
/// channel that its column ever holds. One comparator for each threshold of the longest table.
public struct ThresholdRequantizer: Hashable, Sendable {
  public let value: IntegerType
  public let code: IntegerType
  /// How many thresholds are compared at which the code grows by one, and falls by one.
  public let rises: Int
  public let falls: Int

  /// Cycles from a value to its code.
  public static let latency = 2

  /// A unit with room for each of `tables`, whose codes are of `code`.
  public init(tables: [ThresholdTable], value: IntegerType, code: IntegerType) {
    let parts = tables.map { Parts($0, value) }
    self.value = value
    self.code = code
    rises = parts.map(\.rises.count).max() ?? 0
    falls = parts.map(\.falls.count).max() ?? 0
  }

  /// What a table is for values of one type: the code of the least value, and the values beyond
  /// which it changes.
  private struct Parts {
    let base: Int
    let rises: [Int]
    let falls: [Int]

    init(_ table: ThresholdTable, _ value: IntegerType) {
      let range = value.range
      base = table(range.lowerBound)
      // "at least T" is "above T − 1", which the type of the values always holds.
      func inside(_ thresholds: [Int]) -> [Int] {
        thresholds.filter { range.lowerBound < $0 && $0 <= range.upperBound }.map { $0 - 1 }
      }
      let (rises, falls) = table.risesAndFalls
      (self.rises, self.falls) = (inside(rises), inside(falls))
    }
  }

  private var codeType: Verilog.SignalType { .init(code) }
  private var valueType: Verilog.SignalType { .init(value) }

  /// The type of a table's word.
  public var table: Verilog.SignalType {
    .unsigned(code.bits + (rises + falls) * value.bits)
  }

  /// The word of `table`: base, rises, falls; the base in the lowest bits.
  ///
  /// - Precondition: `table` has no more changes than the unit compares, and codes of its type.
  public func word(_ table: ThresholdTable) -> Verilog.PackedWord {
    let parts = Parts(table, value)
    precondition(parts.rises.count <= rises && parts.falls.count <= falls, "a longer table")
    var word = Verilog.PackedWord()
    word.append(parts.base, codeType)
    for (values, room) in [(parts.rises, rises), (parts.falls, falls)] {
      // Nothing is above the greatest value.
      let unused = Array(repeating: value.range.upperBound, count: room - values.count)
      for threshold in values + unused { word.append(threshold, valueType) }
    }
    return word
  }

  private var valueIn: Verilog.Signal { Verilog.Signal("value_i", valueType) }
  private var tableIn: Verilog.Signal { Verilog.Signal("table_i", table) }
  private var codeOut: Verilog.Signal { Verilog.Signal("code_o", codeType) }

  /// Threshold `index` of the word.
  private func threshold(_ index: Int) -> Verilog.Expression {
    let bits = tableIn.reference.slice(
      Verilog.Affine(code.bits + index * value.bits),
      bits: value.bits
    ).value
    return value.isSigned ? bits.asSigned : bits
  }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    var pipeline = Pipeline()
    let bits = tableIn.reference.slice(0, bits: code.bits).value
    let base = pipeline.register(
      "base",
      codeType,
      "The base beside the comparisons.",
      code.isSigned ? bits.asSigned : bits
    )
    var sum = base.value
    if rises + falls > 0 {
      let passed = (0..<rises + falls).map { threshold($0).isLess(than: valueIn.value) }
      let beyond = pipeline.register(
        "beyond",
        .unsigned(rises + falls),
        "Which thresholds the value is above; \(rises) of rises, then \(falls) of falls.",
        passed.count > 1 ? .concatenation(passed.reversed()) : passed[0]
      )
      for index in 0..<rises + falls {
        let bit = beyond.reference.slice(Verilog.Affine(index), bits: 1).value
        // One bit as a number of the code's width; sums wrap round and are right at the end.
        let step: Verilog.Expression =
          code.bits > 1
          ? .concatenation([.literal(0, .unsigned(code.bits - 1)), bit]) : bit
        let number = code.isSigned ? step.asSigned : step
        sum = index < rises ? sum + number : sum - number
      }
    }
    let result = pipeline.register(
      "code",
      codeType,
      "code = base + rises passed - falls passed.",
      sum
    )
    pipeline.output(codeOut, result.value)
    return try Verilog.Module(
      "threshold_requantizer_\(value)_\(code)_\(rises)_\(falls)",
      summary: [
        "Requantization of \(value) to \(code) by \(rises) rises and \(falls) falls; two cycles.",
        "table_i: base (\(code)), then every threshold less one (\(value)), the lowest first.",
      ],
      ports: ClockedPorts.withoutReset + [.input(valueIn), .input(tableIn), .output(codeOut)],
      sections: pipeline.sections
    )
  }
}
