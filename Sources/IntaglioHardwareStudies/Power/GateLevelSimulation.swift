import Foundation
import IntaglioHardware

/// A netlist under the bench of its module, recorded.
struct GateLevelSimulation {
  let cells: StandardCells
  let netlist: Netlist

  /// What a cycle of the bench lasts, in seconds: far longer than any path, so that all nets settle.
  ///
  /// Energy per cycle does not depend on it; power is that energy times a stated clock.
  static let period = 100e-9
  /// Ten of these are a cycle.
  private static let timescale = "10ns/10ps"
  private static let recording = "recording.vcd"
  private static let recorder = "recorder"
  private static let device = "\(TraceBench.top).player_0.device"

  /// The name of a net in what is recorded.
  static func name(of net: Int) -> String { "\(device).\(Netlist.name(of: net))" }

  /// Plays `trace` to the netlist.
  ///
  /// - Parameters:
  ///   - trace: of the module that the netlist was made from.
  ///   - glitches: whether cells take time.
  ///   - start: the first cycle of the trace whose changes count.
  ///   - clocks: the nets of the clock, which do not have to settle.
  ///   - folder: gets all files.
  /// - Returns: what the bench compared, and what was recorded.
  /// - Throws: `PowerError`.
  func run(
    _ trace: Trace,
    _ glitches: GlitchModel,
    from start: Int,
    clocks: Set<Int>,
    in folder: String
  ) throws(PowerError) -> (result: TraceResult, toggles: ToggleCounter) {
    let bench: Verilog.Design
    do { bench = try TraceBench([trace]).design() } catch { throw .simulation(.bench(error)) }
    let output: String
    do {
      try bench.write(to: folder)
      // In the place of the module that it was made from.
      try TextFile.write(netlist.text, to: "\(folder)/\(netlist.name).v")
      try TextFile.write(recorderText, to: "\(folder)/\(Self.recorder).v")
      output = try simulate(glitches, in: folder)
    } catch {
      throw .tool(error)
    }
    guard let result = TraceResult.all(of: [trace], in: output)?.first else {
      throw .tool(.silent(.icarus, output))
    }
    do {
      let toggles = try ToggleCounter(
        path: "\(folder)/\(Self.recording)",
        from: Double(start) * Self.period,
        clocks: ["\(Self.device).\(ClockedPorts.clock.name)"]
          + clocks.map(Self.name)
      )
      return (result, toggles)
    } catch {
      throw .recording(error)
    }
  }

  /// A second top module that records every net of the device; its directive holds for what follows.
  private var recorderText: String {
    """
    `timescale \(Self.timescale)
    module \(Self.recorder);
      initial begin
        $dumpfile("\(Self.recording)");
        $dumpvars(1, \(Self.device));
      end
    endmodule

    """
  }

  private func simulate(_ glitches: GlitchModel, in folder: String) throws(ToolError) -> String {
    let delays =
      switch glitches {
      case .zeroDelay: [String]()
      case .cellDelays: ["-gspecify"]
      }
    let sources = [
      cells.models, "\(Self.recorder).v", "trace_player_0.v", "\(netlist.name).v",
      "\(TraceBench.top).v",
    ]
    let tops = ["-s", TraceBench.top, "-s", Self.recorder]
    _ = try Tool.icarus.run(
      Tool.icarus.program,
      ["-g2005", "-o", "simulation.vvp"] + delays + tops + sources,
      in: folder
    )
    return try Tool.icarus.run("vvp", ["-n", "simulation.vvp"], in: folder)
  }
}
