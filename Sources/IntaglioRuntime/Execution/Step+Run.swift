extension Step {
  /// How the step is cut into tasks for `threads` threads.
  func split(threads: Int) -> StepSplit {
    switch self {
    case .chain(let step): step.split(threads: threads)
    case .copy(let step): step.split(threads: threads)
    case .reduce: StepSplit.whole
    }
  }

  /// Runs one task of `split`.
  ///
  /// - Parameters:
  ///   - task: which one.
  ///   - split: how the step was cut.
  ///   - run: the number of the run of a step; no two are the same.
  ///   - memory: the thread's.
  ///   - kernels: what does the arithmetic.
  func run(
    _ task: Int,
    of split: StepSplit,
    run: Int,
    _ memory: Memory,
    _ kernels: UnsafePointer<KernelTable>
  ) {
    switch self {
    case .chain(let step): step.run(task, of: split, run: run, memory, kernels)
    case .copy(let step): step.run(task, of: split, memory)
    case .reduce(let step): step.run(memory)
    }
  }

  func walk(_ memory: Memory, _ kernels: UnsafePointer<KernelTable>) {
    switch self {
    case .chain(let step): step.walk(memory, kernels)
    case .copy(let step): step.walk(memory)
    case .reduce(let step): step.walk(memory)
    }
  }
}
