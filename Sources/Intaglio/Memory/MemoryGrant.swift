import Synchronization

/// Memory that an engine was found to have room for; it is taken once, however often the engine runs.
///
/// A class because copies of an engine run on the same workers.
final class MemoryGrant: Sendable {
  private let granted = Mutex(0)

  /// Makes sure that there is room for `bytes` in all.
  ///
  /// - Throws: `MemoryError` when there is less beyond what was granted before.
  func reserve(
    _ bytes: Int,
    of budget: MemoryBudget?,
    for what: String
  ) throws(MemoryError) {
    try granted.withLock { granted throws(MemoryError) in
      guard bytes > granted else { return }
      try (budget ?? .system).check(bytes - granted, for: what)
      granted = bytes
    }
  }
}
