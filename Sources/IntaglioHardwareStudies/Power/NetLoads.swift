/// What every net of a netlist has to drive, and how steep its edges are.
struct NetLoads {
  /// Farads, by net: the input pins and the wire; outputs of the design drive nothing, and of pins of
  /// memories only the wire is known.
  private(set) var capacitances: [Int: Double] = [:]
  /// Seconds, by net: what its driver's tables give for the load and for the assumed input slew, the
  /// worst of its arcs; inputs of the design have that slew themselves.
  private(set) var slews: [Int: Double] = [:]

  /// - Throws: `PowerError.unknownCell` or `.unknownPin`.
  init(_ netlist: Netlist, _ calculator: PowerCalculator) throws(PowerError) {
    let library = calculator.library
    for net in netlist.nets { capacitances[net] = 0 }
    for net in netlist.memories.flatMap(\.read) {
      capacitances[net, default: 0] += calculator.wires.perSink
    }
    for cell in netlist.cells {
      let kind = try library.cell(cell.type)
      for (name, bits) in cell.pins {
        guard let pin = kind.pins[name] else {
          throw .unknownPin(name, cell: cell.type, library: library.name)
        }
        guard pin.isInput, let net = bits.first?.net else { continue }
        capacitances[net, default: 0] += pin.capacitance + calculator.wires.perSink
      }
    }
    for cell in netlist.cells {
      let kind = try library.cell(cell.type)
      for (name, bits) in cell.pins {
        guard let pin = kind.pins[name], !pin.isInput, let net = bits.first?.net else { continue }
        let load = capacitances[net] ?? 0
        let slew = pin.slews.flatMap { [$0.rise, $0.fall] }.compactMap(\.self)
          .map { $0(load: load, slew: calculator.inputSlew) }.max()
        slews[net] = slew ?? calculator.inputSlew
      }
    }
  }
}
