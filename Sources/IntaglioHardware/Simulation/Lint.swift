/// Reads modules with a tool that complains.
public enum Lint {
  /// What `tool` has to say about `design`: nothing where all is well.
  ///
  /// - Throws: `ToolError.failed` with the complaints.
  public static func check(
    _ design: Verilog.Design,
    with tool: Tool,
    in folder: String
  ) throws(ToolError) {
    try design.write(to: folder)
    let sources = design.modules.map { "\($0.name).v" }
    let top = design.top.name
    let arguments: [String]
    switch tool {
    case .verilator:
      arguments = ["--lint-only", "-Wall", "--unroll-count", "4", "--top-module", top] + sources
    case .icarus:
      arguments = ["-g2005", "-Wall", "-Wno-timescale", "-t", "null", "-s", top] + sources
    case .yosys:
      let script =
        "read_verilog \(sources.joined(separator: " ")); hierarchy -check -top \(top); proc; check -assert"
      arguments = ["-q", "-p", script]
    }
    let output = try tool.run(tool.program, arguments, in: folder)
    guard output.isEmpty else { throw .failed([tool.program] + arguments, output) }
  }
}
