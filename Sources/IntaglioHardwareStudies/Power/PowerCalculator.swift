/// The energy of a netlist whose nets were counted.
///
/// Energy of a change of a net: half of C·V² of the pins and the wire that it drives, and what the
/// tables of its driver say stays inside for that load. Energy of a change of an input pin that has
/// tables of its own, as flip-flops have, comes on top. Tables are read with the slew that the driver of
/// the input gives its net; where several inputs may be the reason for an output, they are weighted
/// by how often they change. Leakage is the mean over states.
public struct PowerCalculator: Sendable {
  public let library: CellLibrary
  public let wires: WireModel
  /// What inputs of the design take, and what drivers are assumed to see; seconds.
  public let inputSlew: Double
  /// Hertz.
  public let clock: Double

  public init(
    _ library: CellLibrary,
    wires: WireModel = WireModel(),
    inputSlew: Double = 0.1e-9,
    clock: Double = 100e6
  ) {
    (self.library, self.wires, self.inputSlew, self.clock) = (library, wires, inputSlew, clock)
  }

  /// The power of `netlist` at the clock.
  ///
  /// - Parameters:
  ///   - netlist: cells of the library.
  ///   - toggles: how often a net rises and falls in one cycle, by net.
  ///   - clockNets: whose energy, with that of the pins on them, is reported apart.
  /// - Returns: watts, by what they come from.
  /// - Throws: `PowerError.unknownCell` or `.unknownPin`.
  public func power(
    of netlist: Netlist,
    toggles: [Int: NetActivity],
    clockNets: Set<Int>
  ) throws(PowerError) -> PowerEstimate {
    let loads = try NetLoads(netlist, self)
    var estimate = PowerEstimate()
    for (net, load) in loads.capacitances {
      let activity = toggles[net] ?? NetActivity()
      let energy = load * library.voltage * library.voltage / 2 * activity.count
      estimate.add(energy * clock, isClock: clockNets.contains(net), isInternal: false)
    }
    for cell in netlist.cells {
      let kind = try library.cell(cell.type)
      estimate.leakage += kind.leakage
      for (name, bits) in cell.pins {
        guard let pin = kind.pins[name] else {
          throw .unknownPin(name, cell: cell.type, library: library.name)
        }
        guard let net = bits.first?.net, let activity = toggles[net], activity.count > 0
        else { continue }
        let energy =
          pin.isInput
          ? self.energy(of: pin.energies, activity, slew: loads.slews[net])
          : outputEnergy(of: pin, cell, activity, toggles, loads, net)
        estimate.add(
          energy * clock,
          isClock: clockNets.contains(net),
          isInternal: true
        )
      }
    }
    return estimate
  }

  /// What stays inside when an input changes, by its own tables.
  private func energy(
    of arcs: [CellLibrary.Arc],
    _ activity: NetActivity,
    slew: Double?
  ) -> Double {
    let own = arcs.filter(\.related.isEmpty)
    guard !own.isEmpty else { return 0 }
    let energies = own.map { arc in
      self.energy(of: arc, activity, load: 0, slew: slew ?? inputSlew)
    }
    return energies.reduce(0, +) / Double(own.count)
  }

  private func energy(
    of arc: CellLibrary.Arc,
    _ activity: NetActivity,
    load: Double,
    slew: Double
  ) -> Double {
    (arc.rise?(load: load, slew: slew) ?? 0) * activity.rises
      + (arc.fall?(load: load, slew: slew) ?? 0) * activity.falls
  }

  /// What stays inside when an output changes: the mean over its arcs, weighted by how often the
  /// inputs change that may be the reason.
  private func outputEnergy(
    of pin: CellLibrary.Pin,
    _ cell: Netlist.Cell,
    _ activity: NetActivity,
    _ toggles: [Int: NetActivity],
    _ loads: NetLoads,
    _ net: Int
  ) -> Double {
    let load = loads.capacitances[net] ?? 0
    var (sum, weights, plain) = (0.0, 0.0, 0.0)
    for arc in pin.energies {
      let sources = arc.related.compactMap { cell.pins[$0]?.first?.net }
      let weight = sources.reduce(0) { $0 + (toggles[$1]?.count ?? 0) }
      let slew = sources.first.flatMap { loads.slews[$0] } ?? inputSlew
      let energy = self.energy(of: arc, activity, load: load, slew: slew)
      sum += energy * weight
      weights += weight
      plain += energy
    }
    guard weights > 0 else { return pin.energies.isEmpty ? 0 : plain / Double(pin.energies.count) }
    return sum / weights
  }
}
