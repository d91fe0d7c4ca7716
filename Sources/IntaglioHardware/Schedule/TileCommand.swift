/// One entry of a sequencer's table.
public enum TileCommand: Hashable, Sendable {
  /// One tile of a product, from the first slice to the words that it leaves.
  case product(ProductTile)
  /// One block of lanes normalized, or through softmax, and quantized.
  case rows(RowBlock)
}

/// A memory of the machine; a word has one number per lane.
public enum TileMemory: Hashable, Sendable {
  /// Numbers that never change.
  case weights
  /// What products leave and products read.
  case codes
  /// What row-wise units leave and products read: a memory of its own, so that both may write at a time.
  case rowCodes
  /// Streams and scores.
  case wide
}

/// Where words begin; further ones follow.
public struct TileAddress: Hashable, Sendable {
  public let memory: TileMemory
  public let word: Int

  public init(memory: TileMemory, word: Int) { (self.memory, self.word) = (memory, word) }
}

/// `depth` slices of two blocks, and the `words` sums of every lane that they make, or one digit's share of these.
public struct ProductTile: Hashable, Sendable {
  public internal(set) var needs = CommandNeeds()
  public let rows: TileAddress
  /// Whether codes of `rows` have no sign.
  public let rowsAreUnsigned: Bool
  public let columns: TileAddress
  public let columnsAreUnsigned: Bool
  /// What elements take of each operand as it stands in memory.
  public let rowPart: OperandPart
  public let columnPart: OperandPart
  /// Which of the tiles this is that make its sums.
  public let pass: DigitPass
  public let depth: Int
  public let words: Int
  public let epilogue: Epilogue
  /// Whether the residual is one word that all words are divided by.
  public let divides: Bool
  /// What is subtracted from every number before it is stored.
  public let zeroPoint: Int
  public let result: TileAddress

  /// What becomes of the sums; where parameters of the first word stand.
  public enum Epilogue: Hashable, Sendable {
    case none
    case thresholds(first: Int)
    /// Among `TileSchedule.searches`: tables too long for a comparator for each threshold.
    case search(first: Int)
    /// By the unit of that number; `residual` is the word of the older stream, or the one word that a quotient
    /// divides by, `lookup` the table among `TileSchedule.lookups` that makes a code of it.
    case scaledSum(unit: Int, first: Int, residual: Int?, lookup: Int?)
  }
}

/// The words of one block of lanes, taken one after the other, every lane a row of its own: those of one group of
/// lanes, as many as have units.
public struct RowBlock: Hashable, Sendable {
  public internal(set) var needs = CommandNeeds()
  /// In the wide memory.
  public let source: Int
  public let words: Int
  /// Among `TileSchedule.rowWorks`.
  public let unit: Int
  /// Among the functions of that unit.
  public let parameterSet: Int
  /// What is subtracted from every code before it is stored.
  public let zeroPoint: Int
  /// In the memory of codes of rows.
  public let result: Int
  /// Among the groups of lanes of a word.
  public let group: Int
}
