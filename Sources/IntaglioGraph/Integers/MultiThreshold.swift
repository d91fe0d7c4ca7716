public import IntaglioNumerics

/// accumulator → code by a list of integer breakpoints, one list for all or one per channel.
public struct MultiThreshold: Hashable, Sendable {
  public let type: IntegerType
  public let tables: Broadcast<ThresholdTable>

  public init(_ type: IntegerType, tables: Broadcast<ThresholdTable>) {
    self.type = type
    self.tables = tables
  }

  func fault(_ shape: [Int]) -> String? {
    guard tables.fits(shape) else {
      return "threshold tables of shape \(tables.shape) do not stretch over it"
    }
    let range = type.range
    return tables.values.allSatisfy { $0.codes.allSatisfy(range.contains) }
      ? nil : "a threshold table leaves \(type)"
  }
}

/// index → code by a table of every index.
public struct LookupFunction: Hashable, Sendable {
  public let type: IntegerType
  /// What indices may be; 2 to 16 bits.
  public let index: IntegerType
  /// The code of every index, the lowest first.
  public let entries: [Int]

  /// - Precondition: there is one entry for each index, and `type` holds it.
  public init(_ type: IntegerType, index: IntegerType, entries: [Int]) {
    precondition(index.bits <= 16 && entries.count == index.range.count, "one entry per index")
    precondition(entries.allSatisfy(type.range.contains), "entries must fit \(type)")
    self.type = type
    self.index = index
    self.entries = entries
  }

  public func callAsFunction(_ index: Int) -> Int { entries[index - self.index.range.lowerBound] }

  func fault(_ operand: IntegerType) -> String? {
    operand == index ? nil : "expected indices of type \(index)"
  }
}
