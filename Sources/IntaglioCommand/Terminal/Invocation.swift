import Synchronization

/// How the command line was called, for reports that say how they are made again.
enum Invocation {
  private static let current = Mutex<[String]>([])

  /// The arguments without the program's name.
  static var arguments: [String] {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }
}
