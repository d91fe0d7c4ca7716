/// Why a tool gave no answer.
public enum ToolError: Error, Hashable, Sendable, CustomStringConvertible {
  case missing(Tool)
  /// A program that only some commands need.
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
