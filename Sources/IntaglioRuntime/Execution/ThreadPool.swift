#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import CIntaglioKernels
import Synchronization

/// Threads that run the tasks of one job at a time.
///
/// A job is cut into tasks; whoever is free takes the next one, the caller too, so a job is done even
/// if no worker ever wakes up. A worker without work looks for some for a while, since the next job
/// mostly comes within microseconds, and then sleeps; a caller that waits for another thread's last
/// task yields its core before long. So nothing is lost where cores are fewer than threads.
///
/// A class because it owns threads; they end with it.
final class ThreadPool: Sendable {
  /// What the caller and its workers share.
  private let shared: SharedWork
  private let workers: [pthread_t]

  var threads: Int { workers.count + 1 }

  /// - Parameter threads: how many run a job, the caller included.
  /// - Precondition: `threads` is positive.
  init(threads: Int) {
    precondition(threads > 0, "a pool needs a thread")
    let shared = SharedWork()
    self.shared = shared
    // A thread that the system refuses is done without: its tasks are taken by the others.
    workers = (1..<threads).compactMap { number in
      let start = Unmanaged.passRetained(WorkerStart(shared, number))
      #if canImport(Darwin)
      var thread: pthread_t?
      let code = pthread_create(&thread, nil, { work($0) }, start.toOpaque())
      #else
      var thread = pthread_t()
      let code = pthread_create(&thread, nil, { $0.flatMap { work($0) } }, start.toOpaque())
      #endif
      if code != 0 {
        start.release()
        return nil
      }
      return thread
    }
  }

  deinit {
    shared.stop()
    for worker in workers { pthread_join(worker, nil) }
  }

  /// Calls `body` once for each task, from several threads at once, and returns when all are done.
  ///
  /// Only one thread may call it at a time.
  ///
  /// - Parameters:
  ///   - count: how many tasks there are, fewer than 2³².
  ///   - body: takes a task and the number of the thread that runs it; the caller is thread 0.
  func run(count: Int, _ body: @Sendable (_ task: Int, _ thread: Int) -> Void) {
    guard count > 0 else { return }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { shared.run(count: count, $0) }
    }
  }
}

/// What a thread is born with.
private final class WorkerStart: Sendable {
  let shared: SharedWork
  let number: Int

  init(_ shared: SharedWork, _ number: Int) { (self.shared, self.number) = (shared, number) }
}

private func work(_ start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
  let start = Unmanaged<WorkerStart>.fromOpaque(start).takeRetainedValue()
  start.shared.work(as: start.number)
  return nil
}

/// The job in work.
///
/// `state` holds in its upper half the number of the job and in its lower half how many of its tasks
/// nobody has taken. A task is taken by a compare-and-exchange of both, so that nobody takes a task
/// of a job that it has not seen; `count` and `body` do not change as long as a task that was taken is
/// not done.
private final class SharedWork: @unchecked Sendable {
  typealias Body = @Sendable (Int, Int) -> Void

  private let state = Atomic<UInt64>(0)
  private let unfinished = Atomic<Int>(0)
  private let stops = Atomic<Bool>(false)
  private let sleepers = Atomic<Int>(0)
  /// Written by the caller before it publishes a job, read by who has taken a task.
  private var count = 0
  private var body: UnsafePointer<Body>?
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wakeUp: UnsafeMutablePointer<pthread_cond_t>

  /// How often a worker looks for a job before it sleeps: some ten microseconds.
  private static let looks = 4000
  /// How often a caller looks for the end of its job before it yields.
  private static let waits = 2000

  init() {
    mutex = .allocate(capacity: 1)
    wakeUp = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wakeUp, nil)
  }

  deinit {
    pthread_cond_destroy(wakeUp)
    pthread_mutex_destroy(mutex)
    wakeUp.deallocate()
    mutex.deallocate()
  }

  func run(count: Int, _ body: UnsafePointer<Body>) {
    self.count = count
    self.body = body
    unfinished.store(count, ordering: .relaxed)
    let job = (state.load(ordering: .relaxed) >> 32) &+ 1
    // Sequentially consistent with a worker that counts itself asleep and looks once more.
    state.store(job << 32 | UInt64(count), ordering: .sequentiallyConsistent)
    if count > 1, sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wakeUp)
      pthread_mutex_unlock(mutex)
    }
    while takeTask(as: 0) {}
    var looked = 0
    while unfinished.load(ordering: .acquiring) > 0 {
      looked += 1
      if looked < Self.waits { intaglio_spin_hint() } else { sched_yield() }
    }
    self.body = nil
  }

  func work(as thread: Int) {
    while true {
      var looked = 0
      while looked < Self.looks {
        if stops.load(ordering: .relaxed) { return }
        if takeTask(as: thread) {
          looked = 0
        } else {
          looked += 1
          intaglio_spin_hint()
        }
      }
      sleep()
    }
  }

  func stop() {
    stops.store(true, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wakeUp)
    pthread_mutex_unlock(mutex)
  }

  /// Takes a task and runs it, where there is one.
  private func takeTask(as thread: Int) -> Bool {
    var seen = state.load(ordering: .acquiring)
    while seen & 0xffff_ffff > 0 {
      let (taken, now) = state.weakCompareExchange(
        expected: seen,
        desired: seen - 1,
        ordering: .acquiringAndReleasing
      )
      if taken {
        if let body { body.pointee(count - Int(seen & 0xffff_ffff), thread) }
        unfinished.subtract(1, ordering: .releasing)
        return true
      }
      seen = now
    }
    return false
  }

  private func sleep() {
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while !stops.load(ordering: .sequentiallyConsistent),
      state.load(ordering: .sequentiallyConsistent) & 0xffff_ffff == 0
    {
      pthread_cond_wait(wakeUp, mutex)
    }
    sleepers.subtract(1, ordering: .relaxed)
    pthread_mutex_unlock(mutex)
  }
}
