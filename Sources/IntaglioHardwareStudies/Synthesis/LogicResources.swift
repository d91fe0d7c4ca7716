/// What a design takes of a chip with programmable logic.
public struct LogicResources: Hashable, Sendable, Encodable {
  public var lookupTables = 0
  public var flipFlops = 0
  /// Hard multipliers.
  public var multipliers = 0
  /// Hard memories, in the family's smallest unit: 18 Kbit, 16 Kbit (ECP5), 4 Kbit (iCE40).
  public var memories = 0

  static func + (a: Self, b: Self) -> Self {
    Self(
      lookupTables: a.lookupTables + b.lookupTables,
      flipFlops: a.flipFlops + b.flipFlops,
      multipliers: a.multipliers + b.multipliers,
      memories: a.memories + b.memories
    )
  }

  static func * (a: Self, count: Int) -> Self {
    Self(
      lookupTables: a.lookupTables * count,
      flipFlops: a.flipFlops * count,
      multipliers: a.multipliers * count,
      memories: a.memories * count
    )
  }
}
