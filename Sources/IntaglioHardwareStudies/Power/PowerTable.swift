public import IntaglioHardware

/// Area and power of units, for people and for other programs.
public struct PowerTable: Hashable, Sendable, Codable {
  /// Multiply-accumulate units, ours and those that they are compared with.
  public var processingElements: [Row] = []
  /// Post-processing units of the array.
  public var edgeUnits: [Row] = []

  public init(processingElements: [Row] = [], edgeUnits: [Row] = []) {
    (self.processingElements, self.edgeUnits) = (processingElements, edgeUnits)
  }

  /// One unit under one glitch model.
  public struct Row: Hashable, Sendable, Codable {
    public let kind: UnitKind
    public let module: String
    /// Of the operands of a product; left out for other units.
    public let weightBits: Int?
    public let activationBits: Int?
    /// In the library's unit: µm² for osu018.
    public let area: Double
    public let cells: Int
    /// Held in memories, whose area and power are not counted.
    public let memoryBits: Int
    /// All of it.
    public let microwatts: Double
    /// A cycle: power by clock.
    public let picojoules: Double
    public let parts: Parts
    public let glitchModel: GlitchModel
    public let clockGating: ClockGating
    /// Hertz.
    public let clock: Double
    public let voltage: Double
    public let library: String
    /// Farads that a wire has for each pin that reads it.
    public let wirePerSink: Double
    /// The longest that any net needed in a cycle, in nanoseconds: with cell delays, and no load.
    public let settling: Double
    /// What the operands are, and how many cycles of them there were.
    public let operands: String
    public let cycles: Int

    /// Microwatts by what they come from.
    public struct Parts: Hashable, Sendable, Codable {
      public let switching: Double
      public let `internal`: Double
      public let clock: Double
      public let leakage: Double
    }
  }
}

extension PowerTable.Row {
  init(
    _ subject: PowerSubject,
    _ netlist: Netlist,
    area: Double,
    _ power: PowerEstimate,
    _ model: GlitchModel,
    _ gating: ClockGating,
    _ calculator: PowerCalculator,
    settling: Double,
    cycles: Int
  ) {
    kind = subject.kind
    module = subject.trace.module.name
    weightBits = subject.weightBits
    activationBits = subject.activationBits
    self.area = area
    cells = netlist.cells.count
    memoryBits = netlist.memories.reduce(0) { $0 + $1.words * $1.bits }
    microwatts = power.total * 1e6
    picojoules = power.total / calculator.clock * 1e12
    parts = Parts(
      switching: power.switching * 1e6,
      internal: power.internal * 1e6,
      clock: power.clock * 1e6,
      leakage: power.leakage * 1e6
    )
    glitchModel = model
    clockGating = gating
    clock = calculator.clock
    voltage = calculator.library.voltage
    library = calculator.library.name
    wirePerSink = calculator.wires.perSink
    self.settling = settling * 1e9
    operands = subject.operands
    self.cycles = cycles
  }
}
