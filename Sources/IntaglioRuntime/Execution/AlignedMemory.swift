/// Bytes that start at a cache line and are freed with the last reference.
///
/// A class because several owners share it: the constants of a plan belong to every executor of the
/// plan, and an arena wanders between an executor's pool and a worker. A worker has its arena to
/// itself while it runs, and constants are only written while they are built.
final class AlignedMemory: @unchecked Sendable {
  let count: Int
  let base: UnsafeMutableRawPointer

  /// Zeroed bytes.
  init(count: Int) {
    self.count = count
    base = .allocate(byteCount: max(count, 1), alignment: MemoryPlan.alignment)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: max(count, 1))
  }

  deinit { base.deallocate() }
}
