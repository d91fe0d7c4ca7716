public import IntaglioHardware

/// Why a design was not synthesized.
public enum SynthesisError: Error, Hashable, Sendable, CustomStringConvertible {
  case tool(ToolError)
  /// Yosys wrote something else than a flat module of cells.
  case netlist(String, String)
  /// nextpnr reported no clock.
  case noClock(LogicFamily)

  public var description: String {
    switch self {
    case .tool(let error): "\(error)"
    case .netlist(let top, let reason): "netlist of \(top): \(reason)"
    case .noClock(let family): "\(family.rawValue): place and route reported no clock"
    }
  }
}
