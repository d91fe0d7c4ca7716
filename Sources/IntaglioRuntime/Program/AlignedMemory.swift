/// Bytes that start at a cache line and are freed with the last reference.
///
/// A class because several owners share it: the constants of a plan belong to every executor of the
/// plan, and an arena wanders between an executor's pool and a worker. A worker has its arena to
/// itself while it runs, and constants are only written while they are built.
final class AlignedMemory: @unchecked Sendable {
  let count: Int
  /// Not to be written to where somebody else owns it.
  let base: UnsafeMutableRawPointer
  /// Who owns the bytes, where it is not this object.
  private let owner: (any AnyObject & Sendable)?

  /// Zeroed bytes.
  init(count: Int) {
    self.count = count
    owner = nil
    base = .allocate(byteCount: max(count, 1), alignment: MemoryPlan.alignment)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: max(count, 1))
  }

  /// Bytes that lie somewhere as long as `owner` lives; they are only read.
  init(_ bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable) {
    count = bytes.count
    if let address = bytes.baseAddress {
      self.owner = owner
      base = UnsafeMutableRawPointer(mutating: address)
    } else {
      // An empty buffer may have no address, and nobody asks for its bytes.
      self.owner = nil
      base = .allocate(byteCount: 1, alignment: 1)
    }
  }

  /// As `init(_:owner:)` where the bytes start at a cache line, and a copy that does where not.
  convenience init(aligning bytes: UnsafeRawBufferPointer, owner: any AnyObject & Sendable) {
    guard let start = bytes.baseAddress, Int(bitPattern: start) % MemoryPlan.alignment != 0 else {
      self.init(bytes, owner: owner)
      return
    }
    self.init(count: bytes.count)
    base.copyMemory(from: start, byteCount: bytes.count)
  }

  deinit { if owner == nil { base.deallocate() } }
}
