public import IntaglioHardware

/// Area and power of modules, from netlists that are proved against their models first.
///
/// The module is simulated against its model in RTL; its netlist, under each glitch model, against the
/// same trace; only then are its changes made energy. So every figure is one of a circuit that works.
public struct PowerMeter: Sendable {
  public let cells: StandardCells
  public let calculator: PowerCalculator

  /// - Throws: `PowerError.missingLibrary` or `.liberty`.
  public init(
    cells: StandardCells = .osu018,
    wires: WireModel = WireModel(),
    clock: Double = 100e6
  ) throws(PowerError) {
    guard cells.isInstalled else { throw .missingLibrary(cells) }
    self.cells = cells
    do {
      calculator = PowerCalculator(
        try CellLibrary(liberty: cells.liberty),
        wires: wires,
        clock: clock
      )
    } catch {
      throw .liberty(error)
    }
  }

  /// Area and power of `subject`.
  ///
  /// - Parameters:
  ///   - subject: what is measured, and what it does meanwhile.
  ///   - models: how changes within a cycle count.
  ///   - gatings: of clocks.
  ///   - folder: gets all files.
  /// - Returns: a row for each way of gating clocks and each glitch model.
  /// - Throws: `PowerError`.
  public func measure(
    _ subject: PowerSubject,
    _ models: [GlitchModel] = GlitchModel.allCases,
    _ gatings: [ClockGating] = [.ungated],
    in folder: String
  ) throws(PowerError) -> [PowerTable.Row] {
    let module = subject.trace.module
    let results: [TraceResult]
    do {
      results = try Simulator.icarus.run(
        TraceBench([subject.trace]),
        images: subject.images,
        in: folder
      )
    } catch {
      throw .simulation(error)
    }
    try Self.check(results.first, module.name, "RTL")
    let design: Verilog.Design
    do { design = try Verilog.Design(module, images: subject.images) } catch {
      throw .simulation(.bench(.design(error)))
    }
    var rows: [PowerTable.Row] = []
    for gating in gatings {
      let netlist: Netlist
      do { netlist = try cells.map(design, gating, in: folder) } catch { throw .synthesis(error) }
      for model in models {
        rows.append(try row(of: subject, netlist, gating, model, in: folder))
      }
    }
    return rows
  }

  private static func check(
    _ result: TraceResult?,
    _ module: String,
    _ stage: String
  ) throws(PowerError) {
    guard let result, result.mismatched == 0, result.compared > 0 else {
      throw .mismatch(module: module, stage: stage, result?.mismatches.first)
    }
  }

  private func row(
    of subject: PowerSubject,
    _ netlist: Netlist,
    _ gating: ClockGating,
    _ model: GlitchModel,
    in folder: String
  ) throws(PowerError) -> PowerTable.Row {
    let clocks = try ClockNets(netlist, calculator.library).nets
    let simulation = GateLevelSimulation(cells: cells, netlist: netlist)
    let (result, toggles) = try simulation.run(
      subject.trace,
      model,
      from: subject.firstCycle,
      clocks: clocks,
      in: folder
    )
    try Self.check(result, netlist.name, "gates, \(model.rawValue)")
    let cycles = subject.trace.cycles.count - subject.firstCycle
    let power = try calculator.power(
      of: netlist,
      toggles: try Self.activity(of: netlist, toggles, cycles: cycles),
      clockNets: clocks
    )
    var area = 0.0
    for (type, count) in netlist.cellCounts {
      area += try calculator.library.cell(type).area * Double(count)
    }
    return PowerTable.Row(
      subject,
      netlist,
      area: area,
      power,
      model,
      gating,
      calculator,
      settling: toggles.settling,
      cycles: cycles
    )
  }

  /// How often every net changes in a cycle.
  private static func activity(
    of netlist: Netlist,
    _ toggles: ToggleCounter,
    cycles: Int
  ) throws(PowerError) -> [Int: NetActivity] {
    var activity: [Int: NetActivity] = [:]
    for net in netlist.nets {
      let name = GateLevelSimulation.name(of: net)
      guard let count = toggles.toggles[name] else { throw .unrecordedNet(name) }
      activity[net] = NetActivity(
        rises: Double(count.rises) / Double(cycles),
        falls: Double(count.falls) / Double(cycles)
      )
    }
    return activity
  }
}
