/// What stands around a machine.
public enum HardwareTop: String, CaseIterable, Hashable, Sendable, Codable {
  /// Nothing: `tile_machine` alone.
  case machine
  /// Names that block designs know, and registers on AXI4-Lite.
  case axi
  /// The ULX3S, an open board with a Lattice ECP5, over its USB serial port.
  case ulx3s
}

extension TileMachine {
  /// The machine with what stands around it, and all its modules and images.
  ///
  /// - Parameters:
  ///   - top: what stands around it.
  ///   - identity: the first 64 bits of the program's SHA-256, for registers.
  /// - Returns: a design whose top module is that of the board.
  /// - Throws: `HardwareTopError`; `Verilog.ModuleError` or `Verilog.DesignError`, which would be faults of this
  ///   generator.
  public func design(_ top: HardwareTop, identity: UInt64) throws -> Verilog.Design {
    switch top {
    case .machine: return try design()
    case .axi:
      return try Verilog.Design(
        try AXITop(machine: self, identity: identity).module(),
        images: images
      )
    case .ulx3s: return try serialDesign(cyclesPerBit: ULX3S.clock / ULX3S.baud)
    }
  }

  /// On the ULX3S, with another number of cycles for each bit of its serial line.
  package func serialDesign(cyclesPerBit: Int) throws -> Verilog.Design {
    guard !hasLoadableWeights else { throw HardwareTopError.loadableWeights(.ulx3s) }
    return try Verilog.Design(
      try ULX3S(machine: self, cyclesPerBit: cyclesPerBit).module(),
      images: images
    )
  }
}

extension HardwareTop {
  /// Files of constraints beside the Verilog, by their names.
  public var constraints: [String: String] {
    self == .ulx3s ? ["ulx3s.lpf": ULX3S.constraints] : [:]
  }
}

/// Why a machine does not go there.
public enum HardwareTopError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing there has another stream.
  case loadableWeights(HardwareTop)

  public var description: String {
    switch self {
    case .loadableWeights(let top):
      "--top \(top.rawValue): its serial line carries inputs and results, and no weights; leave --loadable-weights "
        + "out, for the chip's memories begin with what weights.hex says"
    }
  }
}
