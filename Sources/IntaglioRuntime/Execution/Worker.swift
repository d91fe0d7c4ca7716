import IntaglioGraph
import IntaglioNumerics

/// One arena and the program that runs in it.
struct Worker {
  let plan: Plan
  let memory: Memory
  /// Keeps the memory that the pointers of `memory` point to.
  private let arena: AlignedMemory
  private let counters: AlignedMemory

  init(_ plan: Plan, _ arena: AlignedMemory) {
    precondition(arena.count >= plan.memory.peak, "an arena of \(arena.count) bytes is too small")
    self.plan = plan
    self.arena = arena
    counters = AlignedMemory(count: plan.streams.count * MemoryLayout<Int>.stride)
    memory = Memory(
      arena: arena.base,
      constants: plan.constants.base,
      counters: counters.base.assumingMemoryBound(to: Int.self),
      bufferOffsets: plan.memory.offsets,
      constantOffsets: plan.constantOffsets
    )
  }

  /// Puts the samples of one pass in; a pass that is not full is filled up with zeros.
  func load(_ samples: [Float], _ range: Range<Int>) {
    let size = plan.input.sampleSize
    var part = Array(samples[range.lowerBound * size..<range.upperBound * size])
    part += repeatElement(0, count: plan.input.access.count - part.count)
    part.withUnsafeBufferPointer { part in
      if let base = part.baseAddress { plan.input.access.write(base, memory) }
    }
  }

  /// What each stream of the plan has cut off since the worker was made.
  var saturations: [Int] { plan.streams.indices.map { memory.counters[$0] } }

  func run() {
    for step in plan.steps { step.run(memory, plan.kernels) }
  }

  func run(step index: Int) { plan.steps[index].run(memory, plan.kernels) }

  func run(
    observing observer: (Value, ValueContents) -> ValueContents?
  ) throws(ExecutionError) {
    try observe(0, observer)
    for (index, step) in plan.steps.enumerated() {
      step.run(memory, plan.kernels)
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
