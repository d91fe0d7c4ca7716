import Foundation

/// A door for threads, and a count of those who came to it.
final class Gate: @unchecked Sendable {
  private let condition = NSCondition()
  private var isOpen: Bool
  private var arrived = 0

  init(isOpen: Bool) { self.isOpen = isOpen }

  /// Waits until the door is open.
  func pass() {
    condition.withLock {
      arrived += 1
      while !isOpen { condition.wait() }
    }
  }

  func open() {
    condition.withLock {
      isOpen = true
      condition.broadcast()
    }
  }

  /// How many came.
  var count: Int { condition.withLock { arrived } }
}

/// Waits until `condition` holds, for a minute at most.
func eventually(_ condition: () throws -> Bool) async throws -> Bool {
  for _ in 0..<6000 {
    if try condition() { return true }
    try await Task.sleep(for: .milliseconds(10))
  }
  return false
}
