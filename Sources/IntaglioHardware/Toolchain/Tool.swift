import Foundation

/// An open tool that reads Verilog.
public enum Tool: String, CaseIterable, Hashable, Sendable {
  case verilator
  case icarus
  case yosys

  /// The name of the program.
  public var program: String {
    switch self {
    case .verilator: "verilator"
    case .icarus: "iverilog"
    case .yosys: "yosys"
    }
  }

  /// The Debian package that has it.
  public var package: String {
    switch self {
    case .verilator, .yosys: program
    case .icarus: "iverilog"
    }
  }

  /// Where it is; `nil` where it is not on the search path.
  public var path: String? { Self.path(of: program) }

  package static func path(of program: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs `program` of this tool in `folder` to its end.
  ///
  /// - Returns: what it printed on both streams.
  /// - Throws: `ToolError`.
  package func run(
    _ program: String,
    _ arguments: [String],
    in folder: String
  ) throws(ToolError) -> String {
    guard program.contains("/") || Self.path(of: program) != nil else { throw .missing(self) }
    return try Subprocess.run(program, arguments, in: folder)
  }
}
