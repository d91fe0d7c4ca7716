import IntaglioGraph
import IntaglioNumerics

/// The memory of one pass in work, and of the threads that share it.
///
/// A class because executors keep workers between runs. A worker does one pass at a time; its threads
/// write to different places of the arena, as the tasks of a step do.
final class Worker: @unchecked Sendable {
  let plan: Plan
  /// One per thread.
  private let memories: [Memory]
  /// The steps of the plan, for each thread its own: copies of one array count their references in
  /// one place, and threads would wait for each other there.
  private let steps: [[Step]]
  private let splits: [StepSplit]
  private let kernels: UnsafeMutablePointer<KernelTable>
  /// How many steps have run.
  private var runs = 0
  /// Keeps the memory that the pointers of `memories` point to.
  private let blocks: [AlignedMemory]
  private let extents: RegionExtents

  /// - Parameters:
  ///   - plan: what the worker runs.
  ///   - threads: how many threads share a pass.
  init(_ plan: Plan, threads: Int) {
    self.plan = plan
    splits = plan.steps.map { $0.split(threads: threads) }
    steps = (0..<threads).map { _ in threads == 1 ? plan.steps : plan.steps.separated() }
    kernels = .allocate(capacity: 1)
    kernels.initialize(to: plan.kernels)
    let extents = RegionExtents(plan)
    self.extents = extents
    let arena = AlignedMemory(count: plan.memory.peak)
    var blocks = [arena, plan.constants]
    memories = (0..<threads).map { _ in
      let scratch = AlignedMemory(count: plan.scratch.peak)
      let counters = AlignedMemory(count: plan.streams.count * MemoryLayout<Int>.stride)
      let packed = AlignedMemory(count: MemoryLayout<PackedOperand>.stride)
      blocks += [scratch, counters, packed]
      let last = packed.base.assumingMemoryBound(to: PackedOperand.self)
      last.initialize(to: PackedOperand())
      return Memory(
        arena: arena.base,
        constants: plan.constants.base,
        scratch: scratch.base,
        counters: UnsafeMutableBufferPointer(
          start: counters.base.assumingMemoryBound(to: Int.self),
          count: plan.streams.count
        ),
        regions: extents.table,
        packed: last,
        walk: nil
      )
    }
    self.blocks = blocks
  }

  deinit {
    kernels.deinitialize(count: 1)
    kernels.deallocate()
  }

  /// For whoever reads or writes values between steps.
  var memory: Memory { memories[0] }

  /// Puts the samples of one pass in; a pass that is not full is filled up with zeros.
  func load(_ samples: [Float], _ range: Range<Int>) {
    let size = plan.input.sampleSize
    if range.count * size == plan.input.access.count {
      samples.withUnsafeBufferPointer { samples in
        guard let base = samples.baseAddress else { return }
        plan.input.access.write(base + range.lowerBound * size, memory)
      }
      return
    }
    var part = Array(samples[range.lowerBound * size..<range.upperBound * size])
    part += repeatElement(0, count: plan.input.access.count - part.count)
    part.withUnsafeBufferPointer { part in
      if let base = part.baseAddress { plan.input.access.write(base, memory) }
    }
  }

  /// What each stream of the plan has cut off since it was asked last.
  func takeSaturations() -> [Int] {
    plan.streams.indices.map { stream in
      var sum = 0
      for memory in memories {
        sum += memory.counters[stream]
        memory.counters[stream] = 0
      }
      return sum
    }
  }

  /// Runs every step, on all threads of `pool`.
  func run(_ pool: ThreadPool? = nil) {
    for index in splits.indices { run(step: index, pool) }
  }

  func run(step index: Int, _ pool: ThreadPool? = nil) {
    runs += 1
    let (split, run) = (splits[index], runs)
    if let pool, split.count > 1 {
      pool.run(count: split.count) { task, thread in
        self.run(index, task, split, run, thread)
      }
    } else {
      for task in 0..<split.count { self.run(index, task, split, run, 0) }
    }
  }

  private func run(_ index: Int, _ task: Int, _ split: StepSplit, _ run: Int, _ thread: Int) {
    steps[thread][index].run(task, of: split, run: run, memories[thread], kernels)
  }

  func run(
    observing observer: (Value, ValueContents) -> ValueContents?
  ) throws(ExecutionError) {
    try observe(0, observer)
    for index in splits.indices {
      run(step: index)
      try observe(index + 1, observer)
    }
  }

  private func observe(
    _ position: Int,
    _ observer: (Value, ValueContents) -> ValueContents?
  ) throws(ExecutionError) {
    for observed in plan.observed[position] ?? [] {
      guard let other = observer(observed.value, observed.access.contents(memory)) else { continue }
      guard other.count == observed.type.count, Self.fits(other, observed.type) else {
        throw .replacement(
          node: plan.graph.label(of: observed.value),
          type: observed.type,
          count: other.count
        )
      }
      observed.access.replace(other, memory)
    }
  }

  private static func fits(_ contents: ValueContents, _ type: ValueType) -> Bool {
    switch (contents, type.integer) {
    case (.real, nil): true
    case (.integer(let values), let integer?): values.allSatisfy(integer.range.contains)
    case (.real, _), (.integer, nil): false
    }
  }
}

/// The outputs of a run while its workers fill them in.
///
/// A class because the workers of all threads write to it: each to the samples of its own passes,
/// so that no two write to the same place.
final class PassResults: @unchecked Sendable {
  private let plan: Plan
  private let samples: Int
  private let parts: [UnsafeMutableBufferPointer<Float>]

  init(_ plan: Plan, samples: Int) {
    self.plan = plan
    self.samples = samples
    parts = plan.outputs.map { output in
      let part = UnsafeMutableBufferPointer<Float>.allocate(capacity: samples * output.sampleSize)
      part.initialize(repeating: 0)
      return part
    }
  }

  deinit { for part in parts { part.deallocate() } }

  /// Keeps the results of `worker` for the samples of `range`.
  func store(_ worker: Worker, _ range: Range<Int>) {
    for (output, part) in zip(plan.outputs, parts) {
      var whole = [Float](repeating: 0, count: output.access.count)
      whole.withUnsafeMutableBufferPointer { whole in
        if let base = whole.baseAddress { output.access.read(worker.memory, into: base) }
      }
      let start = range.lowerBound * output.sampleSize
      for index in 0..<range.count * output.sampleSize { part[start + index] = whole[index] }
    }
  }

  func outputs() -> [[Float]] { parts.map(Array.init) }
}
