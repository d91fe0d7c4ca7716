/// What a machine takes for one input in picojoules: cycles in which units work, times what such a cycle takes.
///
/// Idle units are taken to be stopped, and memories, sequencer and wires between units are not in it.
public struct MachineEnergy: Hashable, Sendable, Encodable {
  /// Elements of the array.
  public private(set) var products = 0.0
  /// Thresholds, multiplications and quotients behind sums.
  public private(set) var requantization = 0.0
  public private(set) var norms = 0.0
  /// Softmax, and row thresholds in its place.
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
      case .rowThresholds:
        guard let unit = units.rowThresholds else { return nil }
        softmax += Double(step.cycles * rowLanes) * unit.picojoules
      }
      // Every column of a word, empty ones too, passes a unit once, however many columns share it.
      let sums = Double(step.words * ((step.lanes + tile - 1) / tile) * tile)
      switch step.epilogue {
      case .thresholds:
        guard let thresholds = units.thresholds else { return nil }
        requantization += sums * thresholds.picojoules
      case .scaledSum:
        guard let multiplication = units.multiplication else { return nil }
        requantization += sums * multiplication.picojoules
      case .quotient:
        guard let quotient = units.quotient else { return nil }
        requantization += sums * quotient.picojoules
      case nil, .some(.none): break
      }
    }
  }
}

/// What a machine takes in area, in the library's unit: elements, and the units beside them.
///
/// All units of a kind are counted as the one that was measured, streams that are joined to an older one as
/// those that are not; tables and other memories are not in it.
public struct MachineArea: Hashable, Sendable, Encodable {
  public let products: Double
  /// Thresholds, multiplications and quotients behind sums.
  public let requantization: Double
  public let norms: Double
  /// Softmax, and row thresholds in its place.
  public let softmax: Double

  public var total: Double { products + requantization + norms + softmax }

  /// Area of the machine of `cost`, whose elements take what `element` takes.
  ///
  /// - Returns: `nil` when it has a unit without an area.
  public init?(_ cost: MachineCost, element: UnitEnergies.Unit, units: UnitEnergies) {
    /// Nothing for units that are not there; `nil` for some that nobody measured.
    func area(_ count: Int, _ unit: UnitEnergies.Unit?) -> Double? {
      count == 0 ? 0 : unit.map { Double(count) * $0.area }
    }
    let hasThresholds = cost.steps.contains { $0.epilogue == .thresholds }
    let (drain, rows) = (cost.drainLanes, cost.rowLanes)
    guard let thresholds = area(hasThresholds ? drain : 0, units.thresholds),
      let streams = area(drain * cost.streamUnits, units.multiplication),
      let quotients = area(drain * cost.quotientUnits, units.quotient),
      let norms = area(rows * cost.normUnits, units.norm),
      let softmax = area(rows * cost.softmaxUnits, units.softmax),
      let rowThresholds = area(rows * cost.rowThresholdUnits, units.rowThresholds)
    else { return nil }
    products = Double(cost.elements) * element.area
    requantization = thresholds + streams + quotients
    (self.norms, self.softmax) = (norms, softmax + rowThresholds)
  }
}
