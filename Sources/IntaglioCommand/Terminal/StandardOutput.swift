import IntaglioData
import IntaglioReport

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Reports on standard output: the one place through which all of them go.
///
/// What a terminal would obey instead of showing is written out (`String.printable`), and a report that
/// does not arrive is an error.
enum StandardOutput {
  /// Writes `text` and a new line, at once.
  ///
  /// - Parameters:
  ///   - text: the report.
  ///   - asIs: nothing in it comes from a file or needs to be written out.
  /// - Throws: `OutputError` when the system does not take all of it.
  static func print(_ text: String, asIs: Bool = false) throws(OutputError) {
    let shown = asIs ? text : text.printable(keepingLines: true)
    try writeAll(shown + "\n", to: STDOUT_FILENO)
  }

  /// Ends the output; some file systems say only now that they could not keep it.
  ///
  /// - Throws: `OutputError` when they do.
  static func finish() throws(OutputError) {
    guard close(STDOUT_FILENO) != 0, errno != EBADF else { return }
    throw OutputError(code: errno)
  }

  /// Opens standard streams that were closed from outside.
  ///
  /// Otherwise the next file would get the number of one, and reports would end in it. Writing to a
  /// closed standard output fails as before.
  static func reserve() {
    for (stream, mode) in [
      (STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
    ] where fcntl(stream, F_GETFD) < 0 {
      // The lowest number that is free, so that of the stream.
      _ = open("/dev/null", mode)
    }
  }
}

/// Why standard output does not take a report.
struct OutputError: Error, CustomStringConvertible {
  let code: Int32

  /// Whether whoever read it has gone: no matter for a message.
  var isBrokenPipe: Bool { code == EPIPE }

  /// What a shell says of a program that ends for this reason.
  static let brokenPipeStatus: Int32 = 128 + SIGPIPE

  var description: String {
    let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return "standard output: cannot be written: \(reason)"
  }
}

/// Writes all of `text` to a file descriptor.
///
/// - Throws: `OutputError` when the system does not take all of it.
func writeAll(_ text: String, to descriptor: Int32) throws(OutputError) {
  guard writeAll(Array(text.utf8), to: descriptor) else { throw OutputError(code: errno) }
}
