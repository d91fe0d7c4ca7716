/// A part of a step that threads can have apart.
///
/// Copies of one array count their references in one place, and threads that run the same step would
/// wait for each other there. So every thread has steps of its own, with arrays of their own.
protocol Separable {
  /// An equal value that shares no memory with this one.
  func separated() -> Self
}

extension Array where Element: Separable {
  func separated() -> [Element] { map { $0.separated() } }
}

extension Array where Element: BitwiseCopyable {
  /// Equal elements in memory of their own.
  func separated() -> [Element] {
    [Element](unsafeUninitializedCapacity: count) { buffer, used in
      used = buffer.initialize(fromContentsOf: self)
    }
  }
}
