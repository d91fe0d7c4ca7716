/// When the machine does what: the schedule in closed form, cycle by cycle.
///
/// Cycle 0 is the one in which the last beat of an input is taken.
public struct TileTiming: Sendable {
  /// The work of one panel step.
  public struct Interval: Hashable, Sendable {
    /// The first cycle in which a job of the step is read or begun.
    public let begin: Int
    /// The cycle behind the last one in which the step holds up others: the array, or the units of rows.
    public let end: Int
    /// Cycles in which a slice enters the array.
    public let slices: Int
  }

  /// The cycle in which the first beat of the answer is offered.
  public let answer: Int
  /// By panel step.
  public let steps: [Interval]

  init(_ shape: MachineShape, rows: RowUnit?) {
    let array = shape.array
    // From the last slot of a tile to the cycle in which its last word is written.
    let drain =
      1 + array.productStages + array.rows + array.columns + 1 + (array.rows - 1)
      + 1 + DrainUnit.latency
    // The sequencer sees the first job in cycle 2.
    var free = 2
    var written = 0
    var steps = [Interval?](repeating: nil, count: shape.schedule.program.steps.count)
    func note(_ step: Int, _ begin: Int, _ end: Int, _ slices: Int) {
      let before = steps[step]
      steps[step] = Interval(
        begin: before?.begin ?? begin,
        end: end,
        slices: (before?.slices ?? 0) + slices
      )
    }
    for (job, step) in zip(shape.schedule.jobs, shape.schedule.owners) {
      switch job {
      case .product(let tile):
        let begin = tile.waits ? max(free, written + 1) : free
        let last = begin + shape.slots(tile.depth)
        written = max(written, last + drain)
        note(step, begin, last + 1, tile.depth)
        // In the last slot the next tile may begin; otherwise the sequencer is ready behind it.
        free = last
      case .rows(let block):
        let begin = max(free, written + 1)
        let done = begin + 3 + (rows?.time(block) ?? 0)
        note(step, begin, done + 1, 0)
        written = max(written, done)
        free = done + 1
      }
    }
    answer = max(free, written + 1) + 3
    self.steps = steps.map { $0 ?? Interval(begin: 0, end: 0, slices: 0) }
  }
}

extension RowUnit {
  /// Cycles from the first element of a row to its last code.
  func time(_ block: RowBlock) -> Int {
    switch units[block.unit] {
    case .softmax(let softmax): block.words - 1 + softmax.latency + softmax.count - 1
    case .norm(let norm):
      (block.words - 1) * norm.pace + norm.latency + (norm.parameters.count - 1) * norm.interval
    }
  }
}
