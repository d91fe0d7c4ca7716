import Foundation

/// A program that runs to its end.
package enum Subprocess {
  /// Runs `program`, a path or a name on the search path, in `folder`.
  ///
  /// - Returns: what it printed on both streams, which also lies in the folder.
  /// - Throws: `ToolError`.
  package static func run(
    _ program: String,
    _ arguments: [String],
    in folder: String
  ) throws(ToolError) -> String {
    let path = program.contains("/") ? program : Tool.path(of: program) ?? program
    let log = "\(folder)/\(URL(fileURLWithPath: program).lastPathComponent).log"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    guard FileManager.default.createFile(atPath: log, contents: nil),
      let handle = FileHandle(forWritingAtPath: log)
    else { throw .folder(log) }
    process.standardOutput = handle
    process.standardError = handle
    do { try process.run() } catch { throw .notStarted(program, "\(error)") }
    process.waitUntilExit()
    let output = FileManager.default.contents(atPath: log) ?? Data()
    let text = String(decoding: output, as: UTF8.self)
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw .failed([program] + arguments, text)
    }
    return text
  }
}
