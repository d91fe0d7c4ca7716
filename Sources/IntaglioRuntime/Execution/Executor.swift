import Dispatch
public import IntaglioGraph
import IntaglioNumerics
import Synchronization

/// Runs a plan on any number of samples, on several threads.
///
/// A class because it owns the arenas of its workers, which wait here between runs. Results do not
/// depend on the number of threads: every pass computes its own samples from the input alone.
public final class Executor: Sendable {
  public let plan: Plan
  public let threads: Int
  private let arenas = Mutex<[AlignedMemory]>([])
  private let saturated: Mutex<[Int]>

  /// - Parameters:
  ///   - plan: the program.
  ///   - threads: how many workers share the samples of a run; each needs `plan.memory.peak` bytes.
  /// - Precondition: `threads` is positive.
  public init(_ plan: Plan, threads: Int = 1) {
    precondition(threads > 0, "an executor needs a thread")
    self.plan = plan
    self.threads = threads
    saturated = Mutex(plan.streams.map { _ in 0 })
  }

  /// How many elements of each of the plan's streams were cut off, over all runs so far.
  ///
  /// The index of a lookup is not among them: its ends stand for everything beyond.
  public var saturations: [(stream: Value, count: Int)] {
    zip(plan.streams, saturated.withLock { $0 })
      .filter { !plan.indices.contains($0.0) }
      .map { ($0, $1) }
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
    let passes = (count + plan.batch - 1) / plan.batch
    let results = PassResults(plan, samples: count)
    let next = Atomic(0)
    let done = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: min(threads, passes)) { _ in
      let arena = takeArena()
      defer { put(arena) }
      let worker = Worker(plan, arena)
      defer { tally(worker) }
      while true {
        let pass = next.add(1, ordering: .relaxed).oldValue
        guard pass < passes else { break }
        let range = pass * plan.batch..<min(count, (pass + 1) * plan.batch)
        worker.load(samples, range)
        worker.run()
        results.store(worker, range)
        if let progress {
          done.withLock {
            $0 += range.count
            progress($0)
          }
        }
      }
    }
    return results.outputs()
  }

  /// Runs one pass and shows the plan's observable values, each as soon as it is there.
  ///
  /// What the observer returns takes the value's place for all later steps; `nil` leaves it.
  ///
  /// - Parameters:
  ///   - samples: the samples of one pass: `plan.batch` of them.
  ///   - observer: sees values in the order in which the program makes them.
  /// - Returns: the first output.
  /// - Throws: `ExecutionError` when samples or replacements do not fit.
  public func run(
    _ samples: [Float],
    observing observer: (Value, ValueContents) -> ValueContents?
  ) throws(ExecutionError) -> [Float] {
    try check(samples, count: plan.batch)
    let arena = takeArena()
    defer { put(arena) }
    let worker = Worker(plan, arena)
    defer { tally(worker) }
    worker.load(samples, 0..<plan.batch)
    try worker.run(observing: observer)
    let results = PassResults(plan, samples: plan.batch)
    results.store(worker, 0..<plan.batch)
    return results.outputs()[0]
  }

  /// How long each step takes in each of `count` passes over the same samples.
  func stepSeconds(_ samples: [Float], count: Int) throws(ExecutionError) -> [[Double]] {
    try check(samples, count: plan.batch)
    let arena = takeArena()
    defer { put(arena) }
    let worker = Worker(plan, arena)
    defer { tally(worker) }
    var seconds = [[Double]](repeating: [], count: plan.steps.count)
    let clock = ContinuousClock()
    for _ in 0..<count {
      worker.load(samples, 0..<plan.batch)
      for index in plan.steps.indices {
        let duration = clock.measure { worker.run(step: index) }.components
        seconds[index].append(Double(duration.seconds) + Double(duration.attoseconds) * 1e-18)
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

  private func tally(_ worker: Worker) {
    let counts = worker.saturations
    saturated.withLock { total in
      for (index, count) in counts.enumerated() { total[index] += count }
    }
  }

  private func takeArena() -> AlignedMemory {
    arenas.withLock { $0.popLast() } ?? AlignedMemory(count: plan.memory.peak)
  }

  private func put(_ arena: AlignedMemory) { arenas.withLock { $0.append(arena) } }
}
