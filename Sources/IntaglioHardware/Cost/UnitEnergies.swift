/// What a cycle in which a unit works takes: times a cycle model, the energy of a layer or an image.
///
/// All units under one glitch model, for energies under different ones do not add up; elements under one
/// gating of clocks, edge units without gates where they were measured so. What memories take is in none of them.
public struct UnitEnergies: Hashable, Sendable, Encodable {
  public let glitchModel: GlitchModel
  public let clockGating: ClockGating
  /// Output-stationary elements in the order of the table, a product each cycle.
  public let elements: [Unit]
  /// Thresholds, a sum each cycle.
  public let thresholds: Unit?
  /// Multiplication and shift, a sum each cycle.
  public let multiplication: Unit?
  /// Over an integer of the row, a sum each cycle.
  public let quotient: Unit?
  /// LayerNorm or RMSNorm for one lane, from the first number of a row to its last code.
  public let norm: Unit?
  /// Softmax for one lane, from the first score of a row to its last code.
  public let softmax: Unit?
  /// Thresholds of distances for one lane, from the first score of a row to its last code.
  public let rowThresholds: Unit?

  /// One unit.
  public struct Unit: Hashable, Sendable, Encodable {
    public let kind: UnitKind
    /// Of the operands of a product; left out for other units.
    public let weightBits: Int?
    public let activationBits: Int?
    /// Where the operands came from.
    public let operands: String
    /// In the library's unit: µm² for osu018.
    public let area: Double
    /// An active cycle, with what leaks in it.
    public let picojoules: Double

    package init(
      kind: UnitKind,
      weightBits: Int?,
      activationBits: Int?,
      operands: String,
      area: Double,
      picojoules: Double
    ) {
      (self.kind, self.operands) = (kind, operands)
      (self.weightBits, self.activationBits) = (weightBits, activationBits)
      (self.area, self.picojoules) = (area, picojoules)
    }
  }

  package init(
    glitchModel: GlitchModel,
    clockGating: ClockGating,
    elements: [Unit],
    thresholds: Unit?,
    multiplication: Unit?,
    quotient: Unit?,
    norm: Unit?,
    softmax: Unit?,
    rowThresholds: Unit?
  ) {
    (self.glitchModel, self.clockGating) = (glitchModel, clockGating)
    self.elements = elements
    (self.thresholds, self.multiplication) = (thresholds, multiplication)
    (self.quotient, self.norm) = (quotient, norm)
    (self.softmax, self.rowThresholds) = (softmax, rowThresholds)
  }

  /// The first element for operands of these widths.
  public func element(weightBits: Int, activationBits: Int) -> Unit? {
    elements.first { $0.weightBits == weightBits && $0.activationBits == activationBits }
  }
}
