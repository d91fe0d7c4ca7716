public import IntaglioHardware

/// A row of a report: one step of a part, or steps of one name and work together.
public struct HardwareLayer: Encodable {
  public let name: String
  public let work: String
  public let steps: Int
  /// What they write, all of them, and of how many lanes at most.
  public let words: Int
  public let lanes: Int
  /// In which they have the array, or the units of rows; both work side by side.
  public let cycles: Int
  public let multiplyAccumulates: Int
  /// Multiply-accumulates over those that the array could do in these cycles; `nil` without any.
  public let utilization: Double?
  /// Multiply-accumulates a byte with operands and results outside; `nil` without any.
  public let intensity: Double?
  /// `nil` without measured units.
  public let picojoules: Double?

  /// One row of `steps`, at least one, all of one name and work.
  public init(_ steps: [StepCost], _ cost: MachineCost, picojoules: Double? = nil) {
    name = steps[0].name
    work = steps[0].work
    self.steps = steps.count
    words = steps.sum(\.words)
    lanes = steps.map(\.lanes).max() ?? 0
    cycles = steps.sum(\.cycles)
    multiplyAccumulates = steps.sum(\.multiplyAccumulates)
    utilization = StepCost.utilization(steps, elements: cost.elements)
    intensity =
      multiplyAccumulates > 0
      ? Double(multiplyAccumulates) / Double(max(StepCost.bytesAlone(steps), 1)) : nil
    self.picojoules = picojoules
  }
}

extension [StepCost] {
  func sum(_ number: (StepCost) -> Int) -> Int { reduce(0) { $0 + number($1) } }
}
