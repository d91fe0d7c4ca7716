/// What a machine takes for one input in picojoules: cycles in which units work, times what such a cycle takes.
///
/// Idle units are taken to be stopped, and memories, sequencer and wires between units are not in it.
public struct MachineEnergy: Hashable, Sendable, Encodable {
  /// Elements of the array.
  public private(set) var products = 0.0
  /// Thresholds and multiplications behind sums.
  public private(set) var requantization = 0.0
  public private(set) var norms = 0.0
  public private(set) var softmax = 0.0

  public var total: Double { products + requantization + norms + softmax }

  /// Energy of `steps` of the machine of `cost`, whose elements take what `element` takes.
  ///
  /// - Returns: `nil` when a unit that works has no energy.
  public init?(
    _ steps: [StepCost],
    of cost: MachineCost,
    element: UnitEnergies.Unit,
    units: UnitEnergies
  ) {
    let (tile, rowLanes) = (cost.tile, cost.rowLanes)
    for step in steps {
      switch step.kind {
      case .product, .transposition:
        // Empty lanes are clocked, too; an element of several products counts as that many.
        products += Double(step.slices * cost.elements) * element.picojoules
      case .norm:
        guard let norm = units.norm else { return nil }
        norms += Double(step.cycles * rowLanes) * norm.picojoules
      case .softmax:
        guard let unit = units.softmax else { return nil }
        softmax += Double(step.cycles * rowLanes) * unit.picojoules
      // Not measured.
      case .rowThresholds: return nil
      }
      let sums = Double(step.words * ((step.lanes + tile - 1) / tile) * tile)
      switch step.epilogue {
      case .thresholds:
        guard let thresholds = units.thresholds else { return nil }
        requantization += sums * thresholds.picojoules
      case .scaledSum:
        guard let multiplication = units.multiplication else { return nil }
        requantization += sums * multiplication.picojoules
      // Not measured.
      case .quotient: return nil
      case nil, .some(.none): break
      }
    }
  }
}

/// What a machine takes in area, in the library's unit: elements, and the units beside them.
///
/// Streams that are joined to an older one are counted as those that are not; tables and other memories
/// are not in it.
public struct MachineArea: Hashable, Sendable, Encodable {
  public let products: Double
  public let requantization: Double
  public let norms: Double
  public let softmax: Double

  public var total: Double { products + requantization + norms + softmax }

  public init(_ cost: MachineCost, element: UnitEnergies.Unit, units: UnitEnergies) {
    func area(_ count: Int, _ unit: UnitEnergies.Unit?) -> Double {
      Double(count) * (unit?.area ?? 0)
    }
    let epilogues = Set(cost.steps.compactMap(\.epilogue))
    products = Double(cost.elements) * element.area
    requantization =
      (epilogues.contains(.thresholds) ? area(cost.drainLanes, units.thresholds) : 0)
      + area(cost.drainLanes * cost.streamUnits, units.multiplication)
    norms = area(cost.rowLanes * cost.normUnits, units.norm)
    softmax = area(cost.rowLanes * cost.softmaxUnits, units.softmax)
  }
}
