import IntaglioProtocol
import Foundation

/// The requests for one model that wait, and the threads that run them together.
///
/// A class, because callers and threads share it. Threads of its own run the model, so that neither the
/// network nor other tasks wait for arithmetic.
public final class BatchQueue: @unchecked Sendable {
  /// A request that waits; guarded by the monitor until it is taken out.
  private struct Entry {
    let samples: Samples
    let count: Int
    let arrival: Int
    let deadline: Int
    let continuation: CheckedContinuation<BatchResult, any Error>
  }

  private let model: any ServedModel
  private let name: String
  let limits: BatchLimits
  private let observer: (any BatchObserver)?
  private let monitor = Monitor(conditions: 2)
  /// There is something to run.
  private let work: Monitor.Condition
  /// There is a new deadline.
  private let time: Monitor.Condition

  // Guarded by the monitor.
  private var waiting: [Entry] = []
  private var waitingSamples = 0
  private var isClosed = false

  /// Starts the threads.
  ///
  /// - Parameters:
  ///   - model: what runs.
  ///   - name: the model's, for messages.
  ///   - limits: how samples run together.
  ///   - observer: told of every batch.
  public init(
    _ model: any ServedModel,
    name: String,
    limits: BatchLimits,
    observer: (any BatchObserver)? = nil
  ) {
    (self.model, self.name, self.limits, self.observer) = (model, name, limits, observer)
    (work, time) = (monitor.condition(0), monitor.condition(1))
    for index in 0..<limits.executors {
      start("executor \(index) of \(name)") { $0.execute() }
    }
    start("timeouts of \(name)") { $0.expire() }
  }

  private func start(_ title: String, _ body: @escaping @Sendable (BatchQueue) -> Void) {
    let thread = Thread { body(self) }
    thread.name = title
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// How many samples wait.
  public var depth: Int { monitor.withLock { waitingSamples } }

  /// Runs samples, together with those of others.
  ///
  /// - Parameters:
  ///   - samples: `count` samples.
  ///   - count: at least 1.
  ///   - timeout: how long they may wait, in nanoseconds, where that is less than the limit.
  /// - Returns: the answers, and what they took.
  /// - Throws: `ServingError` 429 where the queue is full, 503 where it is closed or the time is over, 400
  ///   where the model does not take the samples, 500 where it fails.
  public func run(
    _ samples: Samples,
    count: Int,
    timeout: Int? = nil
  ) async throws -> BatchResult {
    let arrival = Monitor.now
    let allowed = min(limits.timeout, timeout ?? limits.timeout)
    return try await withCheckedThrowingContinuation { continuation in
      let entry = Entry(
        samples: samples,
        count: count,
        arrival: arrival,
        deadline: arrival + allowed,
        continuation: continuation
      )
      if let refusal = append(entry) { continuation.resume(throwing: refusal) }
    }
  }

  private func append(_ entry: Entry) -> ServingError? {
    monitor.withLock {
      if isClosed { return .stopping }
      // A request that is larger than the queue gets in where nobody waits.
      guard waiting.isEmpty || waitingSamples + entry.count <= limits.queue else {
        return .queueFull(model: name, limit: limits.queue)
      }
      let wakes = waiting.isEmpty || entry.deadline < (waiting.first?.deadline ?? 0)
      waiting.append(entry)
      waitingSamples += entry.count
      monitor.signal(work)
      if wakes { monitor.signal(time) }
      return nil
    }
  }

  /// Takes nothing any more; what waits is run, then the threads end.
  public func close() {
    monitor.withLock {
      isClosed = true
      monitor.broadcast(work)
      monitor.broadcast(time)
    }
  }
}

// Threads
extension BatchQueue {
  /// What an executor does all its life.
  private func execute() {
    while let batch = nextBatch() { run(batch) }
  }

  /// Waits for a batch; `nil` when the queue is closed and empty.
  private func nextBatch() -> [Entry]? {
    monitor.withLock {
      while true {
        guard let first = waiting.first else {
          if isClosed { return nil }
          monitor.wait(work)
          continue
        }
        // Others may come until the first one has waited long enough.
        let end = first.arrival + limits.maxDelay
        if waitingSamples < limits.maxBatch, !isClosed, Monitor.now < end {
          monitor.wait(work, until: end)
          continue
        }
        return takeBatch()
      }
    }
  }

  /// Within the lock: the first entries that fit together.
  private func takeBatch() -> [Entry] {
    var (taken, samples) = (0, 0)
    for entry in waiting {
      guard taken == 0 || samples + entry.count <= limits.maxBatch else { break }
      (taken, samples) = (taken + 1, samples + entry.count)
    }
    let batch = Array(waiting.prefix(taken))
    waiting.removeFirst(taken)
    waitingSamples -= samples
    if !waiting.isEmpty { monitor.signal(work) }
    return batch
  }

  private func run(_ batch: [Entry]) {
    let begin = Monitor.now
    let count = batch.reduce(0) { $0 + $1.count }
    let outcome = Result { try model.infer(numbers(of: batch), count: count) }
    let engineTime = Monitor.now - begin
    switch outcome {
    case .success(let logits) where logits.count == count * model.classes:
      observer?.ran(
        batch: count,
        engineTime: engineTime,
        queueTimes: batch.map { begin - $0.arrival }
      )
      var place = 0
      for entry in batch {
        let size = entry.count * model.classes
        let result = BatchResult(
          logits: batch.count == 1 ? logits : Array(logits[place..<place + size]),
          queueTime: begin - entry.arrival,
          engineTime: engineTime,
          batch: count
        )
        place += size
        entry.continuation.resume(returning: result)
      }
    case .success(let logits):
      let found = "\(logits.count) numbers for \(count) samples"
      for entry in batch {
        entry.continuation.resume(throwing: ServingError(status: 500, "the model gave \(found)"))
      }
    case .failure(let error):
      // One bad sample must not fail the others.
      if batch.count > 1 {
        for entry in batch { run([entry]) }
      } else {
        for entry in batch { entry.continuation.resume(throwing: Self.refusal(error)) }
      }
    }
  }

  /// - Throws: `SampleError` where a request has not as many numbers as its samples need.
  private func numbers(of batch: [Entry]) throws -> [Float] {
    let size = model.input.sampleCount
    guard batch.allSatisfy({ $0.samples.count == $0.count * size }) else {
      throw SampleError("expected \(size) numbers for each sample")
    }
    return Samples.joined(batch.map(\.samples))
  }

  private static func refusal(_ error: any Error) -> ServingError {
    switch error {
    case let error as ServingError: error
    case let error as SampleError: .badRequest(error.description)
    default: ServingError(status: 500, "the model failed: \(error)")
    }
  }

  /// What the thread of the timeouts does all its life.
  private func expire() {
    while let late = nextExpired() {
      for entry in late {
        let waited = (entry.deadline - entry.arrival) / 1_000_000
        entry.continuation.resume(throwing: ServingError.timedOut(milliseconds: waited))
      }
    }
  }

  /// Waits until entries are late; `nil` when the queue is closed.
  private func nextExpired() -> [Entry]? {
    monitor.withLock {
      while true {
        // What waits when the queue closes is run.
        if isClosed { return nil }
        guard let next = waiting.lazy.map(\.deadline).min() else {
          monitor.wait(time)
          continue
        }
        let now = Monitor.now
        guard next <= now else {
          monitor.wait(time, until: next)
          continue
        }
        let late = waiting.filter { $0.deadline <= now }
        waiting.removeAll { $0.deadline <= now }
        waitingSamples -= late.reduce(0) { $0 + $1.count }
        return late
      }
    }
  }
}
