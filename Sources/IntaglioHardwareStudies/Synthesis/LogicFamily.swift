/// Programmable logic that open tools synthesize for.
public enum LogicFamily: String, CaseIterable, Hashable, Sendable, Encodable {
  /// AMD 7-series.
  case xc7
  /// Lattice ECP5.
  case ecp5
  /// Lattice iCE40.
  case ice40

  /// The commands that turn a design into cells of the family.
  ///
  /// Yosys puts even products of 2 by 2 bits into multipliers where it may; `usesMultipliers` says whether.
  func commands(top: String, usesMultipliers: Bool) -> String {
    switch self {
    case .xc7:
      "synth_xilinx -family xc7 -flatten -noiopad -noclkbuf -top \(top)"
        + (usesMultipliers ? "" : " -nodsp")
    case .ecp5: "synth_ecp5 -top \(top)" + (usesMultipliers ? "" : " -nodsp")
    case .ice40: "synth_ice40 -top \(top)" + (usesMultipliers ? " -dsp" : "")
    }
  }

  /// How much of each resource a cell takes; nothing where it is part of another one.
  func resources(of cell: String) -> LogicResources {
    switch self {
    case .xc7: Self.xc7(cell)
    case .ecp5: Self.ecp5(cell)
    case .ice40: Self.ice40(cell)
    }
  }

  private static func xc7(_ cell: String) -> LogicResources {
    if cell.wholeMatch(of: /LUT[1-6]|INV/) != nil { return LogicResources(lookupTables: 1) }
    if cell.wholeMatch(of: /FD[CPRS]E(_1)?|LD[CP]E/) != nil {
      return LogicResources(flipFlops: 1)
    }
    return switch cell {
    case "DSP48E1": LogicResources(multipliers: 1)
    case "RAMB36E1": LogicResources(memories: 2)
    case "RAMB18E1": LogicResources(memories: 1)
    case "RAM32X1D", "RAM64X1D": LogicResources(lookupTables: 2)
    case "RAM32M", "RAM64M": LogicResources(lookupTables: 4)
    default: LogicResources()
    }
  }

  private static func ecp5(_ cell: String) -> LogicResources {
    switch cell {
    case "LUT4": LogicResources(lookupTables: 1)
    case "CCU2C": LogicResources(lookupTables: 2)
    case "TRELLIS_DPR16X4": LogicResources(lookupTables: 4)
    case "TRELLIS_FF": LogicResources(flipFlops: 1)
    case "MULT18X18D": LogicResources(multipliers: 1)
    case "DP16KD", "PDPW16KD": LogicResources(memories: 1)
    default: LogicResources()
    }
  }

  private static func ice40(_ cell: String) -> LogicResources {
    if cell.hasPrefix("SB_DFF") { return LogicResources(flipFlops: 1) }
    if cell.hasPrefix("SB_RAM40_4K") { return LogicResources(memories: 1) }
    return switch cell {
    case "SB_LUT4": LogicResources(lookupTables: 1)
    case "SB_MAC16": LogicResources(multipliers: 1)
    default: LogicResources()
    }
  }
}
