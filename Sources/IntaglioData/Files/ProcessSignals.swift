import CIntaglioFiles

/// What happens to files when a signal ends the process.
public enum ProcessSignals {
  /// Installs handlers, once, in an executable whose signals are its own; a library leaves them alone.
  ///
  /// A signal that ends the process (interrupt, hangup, termination) first removes the temporary
  /// files that are being written. A bus error in a mapped file, which another process shortened or
  /// whose disk fails, becomes a message with the file's name and exit code 1. Writing beyond the
  /// user's limit of a file's size becomes an error like a full disk. What is ignored stays ignored.
  public static func handle() {
    intaglio_handle_signals()
  }
}
