/// The nets of a clock: its port, and what gates make of it.
struct ClockNets {
  private(set) var nets: Set<Int> = []

  /// - Throws: `PowerError.unknownCell` or `.unknownPin`.
  init(_ netlist: Netlist, _ library: CellLibrary) throws(PowerError) {
    if let port = netlist.clockNet { nets.insert(port) }
    for cell in netlist.cells {
      let kind = try library.cell(cell.type)
      for (name, bits) in cell.pins {
        guard let pin = kind.pins[name] else {
          throw .unknownPin(name, cell: cell.type, library: library.name)
        }
        if pin.isClock, let net = bits.first?.net { nets.insert(net) }
      }
    }
  }
}
