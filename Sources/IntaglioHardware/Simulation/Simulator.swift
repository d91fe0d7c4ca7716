import Foundation

/// A program that runs Verilog.
public enum Simulator: String, CaseIterable, Hashable, Sendable {
  /// Compiled by way of C++: slow to build, fast to run; every bit is 0 or 1.
  case verilator
  /// Interpreted: quick to begin; knows unknown bits.
  case icarus

  public var tool: Tool {
    switch self {
    case .verilator: .verilator
    case .icarus: .icarus
    }
  }

  /// Plays the traces of `bench` in `folder`, which gets all files.
  ///
  /// - Parameters:
  ///   - bench: the traces.
  ///   - images: what the modules under test load.
  ///   - folder: exists and is empty, or holds what an earlier run left.
  /// - Returns: the result of every trace.
  /// - Throws: `SimulationError`.
  public func run(
    _ bench: TraceBench,
    images: [Verilog.MemoryImage] = [],
    in folder: String
  ) throws(SimulationError) -> [TraceResult] {
    let design: Verilog.Design
    do { design = try bench.design(images: images) } catch { throw .bench(error) }
    let output: String
    do { output = try run(design, in: folder) } catch { throw .tool(error) }
    guard let results = TraceResult.all(of: bench.traces, in: output) else {
      throw .tool(.silent(tool, output))
    }
    return results
  }

  /// Builds and runs `design`, whose top module is a test bench.
  ///
  /// - Parameters:
  ///   - design: the test bench.
  ///   - folder: where the files are, and where everything that is built goes.
  ///   - isLong: whether it runs for so long that a slower build pays off.
  /// - Returns: what it printed.
  /// - Throws: `ToolError`.
  public func run(
    _ design: Verilog.Design,
    in folder: String,
    isLong: Bool = false
  ) throws(ToolError) -> String {
    try design.write(to: folder)
    let sources = design.modules.map { "\($0.name).v" }
    return try run(sources, top: design.top.name, in: folder, isLong: isLong)
  }

  /// Builds and runs what lies in `folder`.
  ///
  /// - Parameters:
  ///   - sources: the files of all modules.
  ///   - top: the name of the test bench.
  ///   - folder: where the files are, and where everything that is built goes.
  ///   - isLong: whether it runs for so long that a slower build pays off.
  ///   - isForeign: whether somebody else wrote some of it, who may do what Verilator warns of.
  /// - Returns: what it printed.
  /// - Throws: `ToolError`.
  public func run(
    _ sources: [String],
    top: String,
    in folder: String,
    isLong: Bool = false,
    isForeign: Bool = false
  ) throws(ToolError) -> String {
    switch self {
    case .icarus:
      _ = try tool.run(
        tool.program,
        ["-g2005", "-Wall", "-Wno-timescale", "-s", top, "-o", "simulation.vvp"]
          + sources,
        in: folder
      )
      return try tool.run("vvp", ["-n", "simulation.vvp"], in: folder)
    case .verilator:
      _ = try tool.run(
        tool.program,
        Self.verilatorOptions(top, isLong: isLong) + (isForeign ? ["-Wno-fatal"] : []) + sources,
        in: folder
      )
      return try tool.run("\(folder)/\(Self.objects)/simulation", [], in: folder)
    }
  }

  /// The folder of what Verilator makes.
  private static let objects = "verilated"

  /// Loops stay loops: unrolled arrays take minutes to compile.
  private static func verilatorOptions(_ top: String, isLong: Bool) -> [String] {
    [
      "--binary", "--unroll-count", "4", "--top-module", top, "--Mdir", objects, "-o", "simulation",
      "-CFLAGS", isLong ? "-O2" : "-O1", "--build-jobs", "2",
    ]
  }
}

/// Why there is no result.
public enum SimulationError: Error, Sendable, CustomStringConvertible {
  case bench(TraceBenchError)
  case tool(ToolError)

  public var description: String {
    switch self {
    case .bench(let error): "\(error)"
    case .tool(let error): "\(error)"
    }
  }
}
