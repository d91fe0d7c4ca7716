#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A lock with conditions, whose waits end by a clock that nobody sets.
///
/// A class, because the system's lock has one place in memory.
package final class Monitor: @unchecked Sendable {
  /// What a thread waits for.
  package struct Condition: Sendable, Hashable {
    fileprivate let index: Int
  }

  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let conditions: UnsafeMutablePointer<pthread_cond_t>
  private let count: Int

  /// - Parameter conditionCount: how many there are.
  package init(conditions conditionCount: Int) {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    count = max(conditionCount, 0)
    conditions = .allocate(capacity: count)
    conditions.initialize(repeating: pthread_cond_t(), count: count)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    #if !canImport(Darwin)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    #endif
    for index in 0..<count { pthread_cond_init(conditions + index, &attributes) }
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    for index in 0..<count { pthread_cond_destroy(conditions + index) }
    pthread_mutex_destroy(mutex)
    conditions.deallocate()
    mutex.deallocate()
  }

  /// - Precondition: `index` is below the number of conditions.
  package func condition(_ index: Int) -> Condition {
    precondition((0..<count).contains(index), "there is no condition \(index)")
    return Condition(index: index)
  }

  package func withLock<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Within the lock: waits until the condition is signalled or `deadline` is over, or for nothing.
  ///
  /// - Parameters:
  ///   - condition: what is waited for.
  ///   - deadline: nanoseconds of `Monitor.now`; `nil` for no end.
  package func wait(_ condition: Condition, until deadline: Int? = nil) {
    let address = conditions + condition.index
    guard let deadline else {
      pthread_cond_wait(address, mutex)
      return
    }
    #if canImport(Darwin)
    // Conditions have no other clock than that of the day there, but can wait for a while.
    let end = max(deadline - Self.now, 0)
    #else
    let end = deadline
    #endif
    var time = timespec(tv_sec: end / 1_000_000_000, tv_nsec: end % 1_000_000_000)
    #if canImport(Darwin)
    pthread_cond_timedwait_relative_np(address, mutex, &time)
    #else
    pthread_cond_timedwait(address, mutex, &time)
    #endif
  }

  package func signal(_ condition: Condition) {
    pthread_cond_signal(conditions + condition.index)
  }

  package func broadcast(_ condition: Condition) {
    pthread_cond_broadcast(conditions + condition.index)
  }

  /// Nanoseconds of a clock that only goes forward.
  package static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
