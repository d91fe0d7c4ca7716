import Intaglio
import IntaglioHardware
import IntaglioHardwareStudies

/// What models take as hardware, as JSON; text and page show the same.
struct HardwareStudy: Encodable {
  /// Extents of the arrays that are computed on paper beside the one asked for.
  static let scales = [8, 16, 32, 64, 128]

  /// MHz.
  let clock: Double
  /// Bytes a cycle.
  let bandwidth: Double
  let designs: [Design]
  /// What energies and areas come from; `nil` without.
  let power: PowerTable?

  /// One model.
  struct Design: Encodable {
    let model: String
    let weightBits: Int
    let parts: [Part]
    let missing: [Missing]
    /// Of the largest part that is no network, equal work of equal layers together.
    let layers: [HardwareLayer]
    let heads: [Head]
    /// The same part on other arrays, computed and not simulated.
    let scaled: [Scaled]
  }

  struct Missing: Encodable {
    let part: String
    let reason: String
  }

  /// A part on the array asked for.
  struct Part: Encodable {
    let part: String
    let array: String
    let operands: String
    let cycles: Int
    let microseconds: Double
    let multiplyAccumulates: Int
    /// Multiply-accumulates over those that the array could do.
    let utilization: Double
    /// Cycles in which array and units of rows work, side by side.
    let cyclesByWork: Work<Int>
    /// Weights, tables and streams, when all of them come from outside for every input.
    let offChipBytes: Int
    /// Streams only.
    let streamBytes: Int
    /// When every step has its operands and results outside.
    let separateBytes: Int
    /// Cycles when weights and tables come from outside and bandwidth holds them up.
    let cyclesAtBandwidth: Int
    /// Picojoules and the library's area; `nil` without measured units.
    let energy: MachineEnergy?
    let area: MachineArea?
  }

  struct Work<Number: Encodable>: Encodable {
    let products: Number
    let transpositions: Number
    let norms: Number
    let softmax: Number
  }

  struct Head: Encodable {
    let head: Int
    let cycles: Int
    let multiplyAccumulates: Int
    let utilization: Double
    let picojoules: Double?
  }

  struct Scaled: Encodable {
    let part: String
    let tile: Int
    let cycles: Int
    let utilization: Double
    let cyclesAtBandwidth: Int
    /// With these.
    let inputsPerSecond: Double
    /// Bytes a cycle with weights from outside.
    let bytesPerCycle: Double
    let area: Double?
    let microjoules: Double?
  }
}

extension HardwareStudy.Design {
  /// A design of `parts`, at least one.
  init(
    model: String,
    parts: [HardwareCosts],
    missing: [HardwareStudy.Missing],
    clock: Double,
    bandwidth: Double,
    units: UnitEnergies?
  ) {
    self.model = model
    self.missing = missing
    let small = parts.filter { $0.part != .network }
    let detailed = small.last ?? parts[0]
    let cost = detailed.costs[0]
    weightBits = cost.weightWidth
    func element(_ cost: MachineCost) -> UnitEnergies.Unit? {
      // The nearest that was measured for weights of this width.
      units?.elements.filter { $0.weightBits == cost.weightWidth }.min {
        func distance(_ unit: UnitEnergies.Unit) -> Int {
          abs((unit.activationBits ?? 0) - cost.columnOperand.bits)
        }
        return distance($0) < distance($1)
      }
    }
    func energy(_ steps: [StepCost], _ cost: MachineCost) -> MachineEnergy? {
      guard let units, let element = element(cost) else { return nil }
      return MachineEnergy(steps, tile: cost.tile, element: element, units: units)
    }
    func area(_ cost: MachineCost) -> MachineArea? {
      guard let units, let element = element(cost) else { return nil }
      return MachineArea(cost, element: element, units: units)
    }
    self.parts = parts.map { part in
      let cost = part.costs[0]
      return HardwareStudy.Part(
        part: part.part.description,
        cost,
        clock: clock,
        bandwidth: bandwidth,
        energy: energy(cost.steps, cost),
        area: area(cost)
      )
    }
    layers = cost.layers.map { steps in
      HardwareLayer(steps, cost, picojoules: energy(steps, cost)?.total)
    }
    let numbers = Set(cost.steps.compactMap(\.head)).sorted()
    heads = numbers.map { head in
      let steps = cost.steps.filter { $0.head == head }
      let (cycles, macs) = (steps.sum(\.cycles), steps.sum(\.multiplyAccumulates))
      return HardwareStudy.Head(
        head: head,
        cycles: cycles,
        multiplyAccumulates: macs,
        utilization: Double(macs) / Double(max(cycles, 1) * cost.elements),
        picojoules: energy(steps, cost)?.total
      )
    }
    scaled = detailed.costs.sorted { $0.tile < $1.tile }.map { cost in
      HardwareStudy.Scaled(
        part: detailed.part.description,
        tile: cost.tile,
        cycles: cost.cycles,
        utilization: cost.utilization,
        cyclesAtBandwidth: cost.cycles(bandwidth: bandwidth),
        inputsPerSecond: clock / Double(cost.cycles(bandwidth: bandwidth)),
        bytesPerCycle: Double(cost.offChipBytes) / Double(cost.cycles),
        area: area(cost)?.total,
        microjoules: energy(cost.steps, cost).map { $0.total * 1e-6 }
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
      softmax: of(.softmax)
    )
    offChipBytes = cost.offChipBytes
    streamBytes = cost.streamBytes
    separateBytes = cost.separateBytes
    cyclesAtBandwidth = cost.cycles(bandwidth: bandwidth)
    (self.energy, self.area) = (energy, area)
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
