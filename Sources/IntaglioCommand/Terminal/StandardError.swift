import Foundation
import IntaglioReport

/// Messages beside the report.
///
/// Nobody can be told where they cannot be written, so that is no error.
enum StandardError {
  /// Writes `message` and a new line, with what a terminal would obey written out.
  static func write(_ message: String) {
    try? writeAll(message.printable(keepingLines: true) + "\n", to: STDERR_FILENO)
  }

  /// Writes what a reader should know before trusting an answer, one line each.
  static func write(notes: [String]) {
    for note in notes { write("note: \(note.printable())") }
  }

  /// Shows `message` in the place of the last one, where somebody watches; `nil` clears it.
  static func show(_ message: String?) {
    guard isTerminal else { return }
    let shown = message.map { $0.printable() + " \r" } ?? ""
    try? writeAll("\r\u{1B}[K" + shown, to: STDERR_FILENO)
  }

  /// Whether somebody watches: progress is shown on a terminal only.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
