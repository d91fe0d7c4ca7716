public import IntaglioGraph
import IntaglioNumerics
import Synchronization

/// Runs a plan on any number of samples, on several threads.
///
/// As many passes as there are threads run side by side, each on its own; what is left over, a single
/// sample above all, is shared by the threads step by step. Results do not depend on the number of
/// threads: every element is computed by one task, from the input alone.
///
/// A class because it owns threads and the memory of its workers, which wait here between runs.
public final class Executor: Sendable {
  public let plan: Plan
  public let threads: Int
  /// Whoever holds the lock has the threads; another run at the same time does without.
  private let pool: Mutex<ThreadPool?>
  private let workers = Mutex<[Worker]>([])
  private let saturated: Mutex<[Int]>

  /// - Parameters:
  ///   - plan: the program.
  ///   - threads: how many run; each pass in work needs `plan.memory.peak` bytes.
  /// - Precondition: `threads` is positive.
  public init(_ plan: Plan, threads: Int = 1) {
    precondition(threads > 0, "an executor needs a thread")
    if !plan.isWalked, let fault = PlanWalk.fault(of: plan) {
      preconditionFailure("step \(fault.step): expected \(fault.expected)")
    }
    self.plan = plan
    self.threads = threads
    pool = Mutex(threads > 1 ? ThreadPool(threads: threads) : nil)
    saturated = Mutex(plan.streams.map { _ in 0 })
  }

  /// How many elements of each of the plan's streams were cut off, over all runs so far, by the name
  /// of the node.
  ///
  /// The index of a lookup is not among them: its ends stand for everything beyond.
  public var saturations: [(stream: String, count: Int)] {
    zip(plan.streams, saturated.withLock { $0 })
      .filter { !$0.0.isIndex }
      .map { ($0.name, $1) }
  }

  /// Runs any number of samples.
  ///
  /// - Parameters:
  ///   - samples: `count` samples, each row-major as the graph's input.
  ///   - count: how many samples there are; any number.
  ///   - progress: told how many samples are done, from any thread, one call at a time.
  /// - Returns: the first output of every sample, one after the other.
  /// - Throws: `ExecutionError` when the samples do not fit the input.
  public func run(
    _ samples: [Float],
    count: Int,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws(ExecutionError) -> [Float] {
    try outputs(samples, count: count, progress: progress)[0]
  }

  /// Runs any number of samples of a program with several outputs.
  ///
  /// - Parameters:
  ///   - samples: `count` samples, each row-major as the graph's input.
  ///   - count: how many samples there are; any number.
  ///   - progress: told how many samples are done, from any thread, one call at a time.
  /// - Returns: each output, in the order of `plan.outputNames`, of every sample.
  /// - Throws: `ExecutionError` when the samples do not fit the input.
  public func outputs(
    _ samples: [Float],
    count: Int,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws(ExecutionError) -> [[Float]] {
    try check(samples, count: count)
    let results = PassResults(plan, samples: count)
    let progress = progress.map(ProgressCount.init)
    let ran: Void? = pool.withLockIfAvailable { pool in
      run(samples, count, pool, into: results, progress)
    }
    if ran == nil { run(samples, count, nil, into: results, progress) }
    return results.outputs()
  }

  private func run(
    _ samples: [Float],
    _ count: Int,
    _ pool: ThreadPool?,
    into results: PassResults,
    _ progress: ProgressCount?
  ) {
    let passes = (count + plan.batch - 1) / plan.batch
    // Every thread has the same number of passes of its own.
    let alone = pool.map { passes / $0.threads * $0.threads } ?? 0
    if let pool, alone > 0 {
      let next = Atomic(0)
      pool.run(count: pool.threads) { _, _ in
        let worker = takeWorker()
        defer { put(worker) }
        while true {
          let pass = next.add(1, ordering: .relaxed).oldValue
          guard pass < alone else { break }
          run(pass, samples, count, worker, nil, into: results, progress)
        }
      }
    }
    guard alone < passes else { return }
    let worker = takeWorker()
    defer { put(worker) }
    for pass in alone..<passes { run(pass, samples, count, worker, pool, into: results, progress) }
  }

  private func run(
    _ pass: Int,
    _ samples: [Float],
    _ count: Int,
    _ worker: Worker,
    _ pool: ThreadPool?,
    into results: PassResults,
    _ progress: ProgressCount?
  ) {
    let range = pass * plan.batch..<min(count, (pass + 1) * plan.batch)
    worker.load(samples, range)
    worker.run(pool)
    results.store(worker, range)
    progress?.add(range.count)
  }

  /// Runs one pass and shows the plan's observable values, each as soon as it is there.
  ///
  /// What the observer returns takes the value's place for all later steps; `nil` leaves it.
  ///
  /// - Parameters:
  ///   - samples: the samples of one pass: `plan.batch` of them.
  ///   - output: the position of the output that is wanted.
  ///   - observer: sees values in the order in which the program makes them.
  /// - Returns: that output.
  /// - Throws: `ExecutionError` when samples or replacements do not fit.
  public func run(
    _ samples: [Float],
    output: Int = 0,
    observing observer: (Value, ValueContents) -> ValueContents?
  ) throws(ExecutionError) -> [Float] {
    try check(samples, count: plan.batch)
    let worker = takeWorker()
    defer { put(worker) }
    worker.load(samples, 0..<plan.batch)
    try worker.run(observing: observer)
    let results = PassResults(plan, samples: plan.batch)
    results.store(worker, 0..<plan.batch)
    return results.outputs()[output]
  }

  /// How long each step takes in each of `count` passes over the same samples.
  func stepSeconds(_ samples: [Float], count: Int) throws(ExecutionError) -> [[Double]] {
    try check(samples, count: plan.batch)
    let worker = takeWorker()
    defer { put(worker) }
    var seconds = [[Double]](repeating: [], count: plan.steps.count)
    let clock = ContinuousClock()
    pool.withLock { pool in
      for _ in 0..<count {
        worker.load(samples, 0..<plan.batch)
        for index in plan.steps.indices {
          let duration = clock.measure { worker.run(step: index, pool) }.components
          seconds[index].append(Double(duration.seconds) + Double(duration.attoseconds) * 1e-18)
        }
      }
    }
    return seconds
  }

  private func check(_ samples: [Float], count: Int) throws(ExecutionError) {
    let input = plan.input
    let (expected, overflow) = count.multipliedReportingOverflow(by: input.sampleSize)
    guard count >= 0, !overflow, samples.count == expected else {
      throw .inputCount(
        name: input.name,
        sampleSize: input.sampleSize,
        samples: count,
        found: samples.count
      )
    }
    guard let range = input.type.integer?.range else { return }
    for sample in samples {
      guard let integer = Int(exactly: sample), range.contains(integer) else {
        throw .inputElement(name: input.name, type: input.type, found: sample)
      }
    }
  }

  private func takeWorker() -> Worker {
    workers.withLock { $0.popLast() } ?? Worker(plan, threads: threads)
  }

  private func put(_ worker: Worker) {
    let counts = worker.takeSaturations()
    saturated.withLock { total in
      for (index, count) in counts.enumerated() { total[index] += count }
    }
    workers.withLock { $0.append(worker) }
  }
}

/// Counts samples that are done, for whoever wants to know.
///
/// A class because the threads of a run share it.
private final class ProgressCount: Sendable {
  private let done = Mutex(0)
  private let report: @Sendable (Int) -> Void

  init(_ report: @escaping @Sendable (Int) -> Void) { self.report = report }

  func add(_ count: Int) {
    done.withLock {
      $0 += count
      report($0)
    }
  }
}
