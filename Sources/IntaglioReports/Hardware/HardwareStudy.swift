public import Intaglio
public import IntaglioHardware
public import IntaglioHardwareStudies

/// What models take as hardware, as JSON; text and page show the same.
public struct HardwareStudy: PageReport {
  /// MHz.
  public let clock: Double
  /// Bytes a cycle.
  public let bandwidth: Double
  public let designs: [Design]
  /// What energies and areas come from; `nil` without.
  public let power: PowerTable?

  /// - Parameters:
  ///   - clock: in MHz.
  ///   - bandwidth: bytes a cycle that come from outside.
  ///   - designs: one for each model.
  ///   - power: what their energies come from.
  public init(clock: Double, bandwidth: Double, designs: [Design], power: PowerTable?) {
    (self.clock, self.bandwidth) = (clock, bandwidth)
    (self.designs, self.power) = (designs, power)
  }

  /// One model.
  public struct Design: Encodable {
    public let model: String
    public let weightBits: Int
    public let parts: [Part]
    public let missing: [Missing]
    /// Of the largest part that is no network, equal work of equal layers together.
    public let layers: [HardwareLayer]
    public let heads: [Head]
    /// The same part on other arrays, computed and not simulated.
    public let scaled: [Scaled]
  }

  /// What is no machine.
  public struct Missing: Encodable {
    public let part: String
    public let reason: String
  }

  /// A part on the array asked for.
  public struct Part: Encodable {
    public let part: String
    public let array: String
    public let operands: String
    public let cycles: Int
    public let microseconds: Double
    public let multiplyAccumulates: Int
    /// Multiply-accumulates over those that the array could do.
    public let utilization: Double
    /// Cycles in which array and units of rows work, side by side.
    public let cyclesByWork: Work<Int>
    /// Weights, tables and streams, when all of them come from outside for every input.
    public let offChipBytes: Int
    /// Streams only.
    public let streamBytes: Int
    /// When every step has its operands and results outside.
    public let separateBytes: Int
    /// Cycles when weights and tables come from outside and bandwidth holds them up.
    public let cyclesAtBandwidth: Int
    /// Picojoules and the library's area; `nil` without measured units.
    public let energy: MachineEnergy?
    public let area: MachineArea?
  }

  public struct Work<Number: Encodable>: Encodable {
    public let products: Number
    public let transpositions: Number
    public let norms: Number
    public let softmax: Number
  }

  public struct Head: Encodable {
    public let head: Int
    public let cycles: Int
    public let multiplyAccumulates: Int
    public let utilization: Double
    public let picojoules: Double?
  }

  public struct Scaled: Encodable {
    public let part: String
    public let tile: Int
    public let cycles: Int
    public let utilization: Double
    public let cyclesAtBandwidth: Int
    /// With these.
    public let inputsPerSecond: Double
    /// Bytes a cycle with weights from outside.
    public let bytesPerCycle: Double
    public let area: Double?
    public let microjoules: Double?
  }
}

extension HardwareStudy.Design {
  /// - Parameters:
  ///   - model: its name.
  ///   - survey: what its parts take, of which there is at least one.
  ///   - clock: in hertz.
  ///   - bandwidth: bytes a cycle.
  ///   - units: measured energies and areas; `nil` without.
  public init(
    model: String,
    _ survey: HardwareSurvey,
    clock: Double,
    bandwidth: Double,
    units: UnitEnergies?
  ) {
    self.model = model
    missing = survey.missing.map { .init(part: $0.part.description, reason: $0.reason) }
    let detailed = survey.parts.last { $0.part != .network } ?? survey.parts[0]
    let cost = detailed.costs[0]
    weightBits = cost.weightWidth
    parts = survey.parts.map { part in
      let cost = part.costs[0]
      return HardwareStudy.Part(
        part: part.part.description,
        cost,
        clock: clock,
        bandwidth: bandwidth,
        energy: units?.energy(of: cost.steps, cost),
        area: units?.area(of: cost)
      )
    }
    layers = cost.layers.map { steps in
      HardwareLayer(steps, cost, picojoules: units?.energy(of: steps, cost)?.total)
    }
    let numbers = Set(cost.steps.compactMap(\.head)).sorted()
    heads = numbers.map { head in
      let steps = cost.steps.filter { $0.head == head }
      let energy = units?.energy(of: steps, cost)
      return HardwareStudy.Head(head, steps, elements: cost.elements, energy: energy)
    }
    scaled = detailed.costs.sorted { $0.tile < $1.tile }.map { cost in
      HardwareStudy.Scaled(
        part: detailed.part.description,
        cost,
        clock: clock,
        bandwidth: bandwidth,
        energy: units?.energy(of: cost.steps, cost),
        area: units?.area(of: cost)
      )
    }
  }
}

extension HardwareStudy.Part {
  fileprivate init(
    part: String,
    _ cost: MachineCost,
    clock: Double,
    bandwidth: Double,
    energy: MachineEnergy?,
    area: MachineArea?
  ) {
    self.part = part
    array = "\(cost.tile) × \(cost.tile)"
    operands = "\(cost.rowOperand) × \(cost.columnOperand)"
    cycles = cost.cycles
    microseconds = Double(cost.cycles) / clock * 1e6
    multiplyAccumulates = cost.multiplyAccumulates
    utilization = cost.utilization
    func of(_ kind: StepCost.Kind) -> Int {
      cost.steps.filter { $0.kind == kind }.sum(\.cycles)
    }
    cyclesByWork = HardwareStudy.Work(
      products: of(.product),
      transpositions: of(.transposition),
      norms: of(.norm),
      softmax: of(.softmax) + of(.rowThresholds)
    )
    offChipBytes = cost.offChipBytes
    streamBytes = cost.streamBytes
    separateBytes = cost.separateBytes
    cyclesAtBandwidth = cost.cycles(bandwidth: bandwidth)
    (self.energy, self.area) = (energy, area)
  }
}

extension HardwareStudy.Head {
  fileprivate init(_ head: Int, _ steps: [StepCost], elements: Int, energy: MachineEnergy?) {
    self.head = head
    cycles = steps.sum(\.cycles)
    multiplyAccumulates = steps.sum(\.multiplyAccumulates)
    utilization = Double(multiplyAccumulates) / Double(max(cycles, 1) * elements)
    picojoules = energy?.total
  }
}

extension HardwareStudy.Scaled {
  fileprivate init(
    part: String,
    _ cost: MachineCost,
    clock: Double,
    bandwidth: Double,
    energy: MachineEnergy?,
    area: MachineArea?
  ) {
    self.part = part
    tile = cost.tile
    cycles = cost.cycles
    utilization = cost.utilization
    cyclesAtBandwidth = cost.cycles(bandwidth: bandwidth)
    inputsPerSecond = clock / Double(cyclesAtBandwidth)
    bytesPerCycle = Double(cost.offChipBytes) / Double(cycles)
    self.area = area?.total
    microjoules = energy.map { $0.total * 1e-6 }
  }
}

extension MachineCost {
  /// Steps of one name and work, in the order of their first.
  fileprivate var layers: [[StepCost]] {
    var order: [String] = []
    var found: [String: [StepCost]] = [:]
    for step in steps {
      let key = step.name + "\n" + step.work
      if found[key] == nil { order.append(key) }
      found[key, default: []].append(step)
    }
    return order.compactMap { found[$0] }
  }
}
