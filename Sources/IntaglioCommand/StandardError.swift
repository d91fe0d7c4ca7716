import Foundation

/// Messages beside the report.
enum StandardError {
  static func write(_ message: String, newline: Bool = true) {
    FileHandle.standardError.write(Data((message + (newline ? "\n" : "")).utf8))
  }

  /// Whether somebody watches: progress is shown on a terminal only.
  static var isTerminal: Bool { isatty(FileHandle.standardError.fileDescriptor) == 1 }
}
