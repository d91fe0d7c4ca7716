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

  static func path(of program: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs `program` of this tool in `folder` to its end.
  ///
  /// - Returns: what it printed on both streams.
  /// - Throws: `ToolError`.
  func run(
    _ program: String,
    _ arguments: [String],
    in folder: String
  ) throws(ToolError) -> String {
    guard program.contains("/") || Self.path(of: program) != nil else { throw .missing(self) }
    return try Subprocess.run(program, arguments, in: folder)
  }
}

/// Why a tool gave no answer.
public enum ToolError: Error, Hashable, Sendable, CustomStringConvertible {
  case missing(Tool)
  /// A program that only some jobs need.
  case missingProgram(String, installation: String)
  case notStarted(String, String)
  /// A folder or file that cannot be written.
  case folder(String)
  /// The command, and what it printed.
  case failed([String], String)
  /// It ended well and did not say what it was asked for.
  case silent(Tool, String)

  public var description: String {
    switch self {
    case .missing(let tool):
      "no '\(tool.program)' on the PATH; install it: apt-get install \(tool.package)"
    case .missingProgram(let program, let installation):
      "no '\(program)' on the PATH; install it: \(installation)"
    case .notStarted(let program, let reason): "\(program) does not start: \(reason)"
    case .folder(let path): "cannot write \(path)"
    case .failed(let command, let output):
      "\(command.first ?? "") failed: \(command.joined(separator: " "))\n\(output)"
    case .silent(let tool, let output): "\(tool.program) printed no result:\n\(output)"
    }
  }
}
