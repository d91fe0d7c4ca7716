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
  /// LayerNorm or RMSNorm for one lane, from the first number of a row to its last code.
  public let norm: Unit?
  /// Softmax for one lane, from the first score of a row to its last code.
  public let softmax: Unit?

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
  }

  /// - Parameters:
  ///   - table: of `HardwarePower.measure` or `PowerMeter.measure`.
  ///   - glitchModel: rows under another one are left out.
  ///   - clockGating: rows of another one are left out; gated clocks where nothing is said and the
  ///     table has them.
  public init(
    _ table: PowerTable,
    glitchModel: GlitchModel = .cellDelays,
    clockGating: ClockGating? = nil
  ) {
    let all = (table.processingElements + table.edgeUnits).filter { $0.glitchModel == glitchModel }
    let gating = clockGating ?? all.map(\.clockGating).first { $0 != .ungated } ?? .ungated
    (self.glitchModel, self.clockGating) = (glitchModel, gating)
    /// Units that were measured without gates alone are taken so.
    func units(_ kinds: UnitKind...) -> [Unit] {
      let rows = all.filter { kinds.contains($0.kind) }
      let chosen = rows.filter { $0.clockGating == gating }
      return (chosen.isEmpty ? rows : chosen).map(Unit.init)
    }
    elements = units(.outputStationary)
    thresholds = units(.thresholds).first
    multiplication = units(.multiplication).first
    norm = units(.layerNorm, .rmsNorm).first
    softmax = units(.softmax).first
  }

  /// The first element for operands of these widths.
  public func element(weightBits: Int, activationBits: Int) -> Unit? {
    elements.first { $0.weightBits == weightBits && $0.activationBits == activationBits }
  }
}

extension UnitEnergies.Unit {
  init(_ row: PowerTable.Row) {
    kind = row.kind
    weightBits = row.weightBits
    activationBits = row.activationBits
    operands = row.operands
    area = row.area
    picojoules = row.picojoules
  }
}
