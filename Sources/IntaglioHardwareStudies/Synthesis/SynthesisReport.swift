/// What a design takes of a chip of one family.
public struct SynthesisReport: Hashable, Sendable, Encodable {
  public let module: String
  public let family: LogicFamily
  public let usesMultipliers: Bool
  public let resources: LogicResources
  /// How many cells of each type there are.
  public let cells: [String: Int]

  init(module: String, family: LogicFamily, usesMultipliers: Bool, cells: [String: Int]) {
    self.module = module
    self.family = family
    self.usesMultipliers = usesMultipliers
    self.cells = cells
    resources = cells.reduce(LogicResources()) { sum, entry in
      sum + family.resources(of: entry.key) * entry.value
    }
  }
}
