public import IntaglioNumerics

/// A matrix in a memory of the machine: `depth` words with one number per lane.
///
/// Products run over words: [depth, lanes of one panel]ᵀ · [depth, lanes of another]. So a panel lies
/// the way its reader sums it up: activations of a linear layer have a word per channel and a lane
/// per token, values that attention weighs have a word per token and a lane per channel.
public struct Panel: Hashable, Sendable {
  public let name: String
  /// What every number fits.
  public let type: IntegerType
  /// Zero points of codes that other codes meet are subtracted before they are stored: a number is the
  /// code less this.
  public let zeroPoint: Int
  /// How many words there are.
  public let depth: Int
  /// How many numbers a word has.
  public let lanes: Int

  public var count: Int { depth * lanes }
}

/// A panel of a program, by its position among `PanelProgram.panels`.
public struct PanelIndex: Hashable, Sendable {
  public let index: Int
}
