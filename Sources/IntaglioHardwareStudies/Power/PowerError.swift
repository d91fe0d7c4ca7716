public import IntaglioHardware

/// Why there is no figure of power.
public enum PowerError: Error, Sendable, CustomStringConvertible {
  case tool(ToolError)
  case synthesis(SynthesisError)
  case simulation(SimulationError)
  case liberty(LibertyError)
  /// The files of the cells.
  case missingLibrary(StandardCells)
  /// There is no such element.
  case shape(ArrayShapeError)
  case norm(NormQuantizerError)
  case unknownCell(String, library: String)
  case unknownPin(String, cell: String, library: String)
  case recording(VCDError)
  /// A net of which the simulator recorded nothing.
  case unrecordedNet(String)
  /// What is simulated is not what the model says.
  case mismatch(module: String, stage: String, TraceResult.Mismatch?)

  public var description: String {
    switch self {
    case .tool(let error): "\(error)"
    case .synthesis(let error): "\(error)"
    case .simulation(let error): "\(error)"
    case .liberty(let error): "\(error)"
    case .missingLibrary(let cells):
      cells == .osu018
        ? "no cells at \(cells.liberty); install them: apt-get install \(StandardCells.package)"
        : "cannot read \(cells.missing ?? cells.liberty) of the cells \(cells.name)"
    case .shape(let error): "\(error)"
    case .norm(let error): "\(error)"
    case .unknownCell(let cell, let library): "library \(library) has no cell '\(cell)'"
    case .unknownPin(let pin, let cell, let library):
      "library \(library): cell '\(cell)' has no pin '\(pin)'"
    case .recording(let error): "\(error)"
    case .unrecordedNet(let net): "the simulator recorded nothing of net '\(net)'"
    case .mismatch(let module, let stage, let mismatch):
      "\(module), \(stage): not what its model says"
        + (mismatch.map { "; first at \($0)" } ?? "")
    }
  }
}
