public import IntaglioHardware

extension UnitEnergies {
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
    /// Units that were measured without gates alone are taken so.
    func units(_ kinds: UnitKind...) -> [Unit] {
      let rows = all.filter { kinds.contains($0.kind) }
      let chosen = rows.filter { $0.clockGating == gating }
      return (chosen.isEmpty ? rows : chosen).map(Unit.init)
    }
    self.init(
      glitchModel: glitchModel,
      clockGating: gating,
      elements: units(.outputStationary),
      thresholds: units(.thresholds).first,
      multiplication: units(.multiplication).first,
      quotient: units(.quotient).first,
      norm: units(.layerNorm, .rmsNorm).first,
      softmax: units(.softmax).first,
      rowThresholds: units(.rowThresholds).first
    )
  }
}

extension UnitEnergies.Unit {
  fileprivate init(_ row: PowerTable.Row) {
    self.init(
      kind: row.kind,
      weightBits: row.weightBits,
      activationBits: row.activationBits,
      operands: row.operands,
      area: row.area,
      picojoules: row.picojoules
    )
  }
}
