/// What a machine is made like; its results are the same with all of them.
public struct MachineOptions: Hashable, Sendable, Codable {
  /// How many bits of a factor the multiplier of a norm takes in a cycle, at most: fewer are smaller and
  /// slower.
  public var normDigit: Int
  /// Registers between the multiplier and the adder of an element, 0 or 1.
  public var productStages: Int
  /// Whether the upper part of a sum has a clock of its own: less power where clocks are gated, more logic and a
  /// slower clock on programmable logic.
  public var splitsSums: Bool
  /// Whether weights come over a stream of their own, `w_axis`, before the first inputs, and not from a
  /// file.
  public var hasLoadableWeights: Bool
  /// Lanes with units for whole rows.
  ///
  /// With fewer than all, a block of lanes takes them group by group.
  public var rowLanes: LaneChoice
  /// Columns with units for their sums.
  ///
  /// With fewer than all, a row of sums takes them in several cycles.
  public var drainLanes: LaneChoice
  /// Products that an element of the array adds in a cycle, 1, 2, 4 or 8.
  public var products: Int
  /// Bits of an operand that an element takes at once, at most, 2 to 8 (a sign is one more): products of wider operands
  /// take a tile for each pair of digits.
  public var operandDigit: Int

  public init(
    normDigit: Int = 32,
    productStages: Int = 0,
    splitsSums: Bool = false,
    hasLoadableWeights: Bool = false,
    rowLanes: LaneChoice = .all,
    drainLanes: LaneChoice = .all,
    products: Int = 1,
    operandDigit: Int = 8
  ) {
    self.normDigit = normDigit
    self.productStages = productStages
    self.splitsSums = splitsSums
    self.hasLoadableWeights = hasLoadableWeights
    (self.rowLanes, self.drainLanes) = (rowLanes, drainLanes)
    self.products = products
    self.operandDigit = operandDigit
  }
}
