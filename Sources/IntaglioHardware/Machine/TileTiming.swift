/// When the machine does what: the schedule in closed form, cycle by cycle.
///
/// Cycle 0 is the one in which the last beat of an input is taken.
public struct TileTiming: Sendable {
  /// The work of one panel step.
  public struct Interval: Hashable, Sendable {
    /// The first cycle in which a command of the step is read or begun.
    public internal(set) var begin: Int
    /// The cycle behind the last one in which the step holds up others of its kind.
    public internal(set) var end: Int
    /// Cycles in which it has the array, or the row-wise units.
    public internal(set) var busy: Int
    /// Cycles in which a slice enters the array.
    public internal(set) var slices: Int
  }

  /// The cycle in which the first beat of the result is offered.
  public let latency: Int
  /// By panel step.
  public let steps: [Interval]

  init(_ shape: MachineShape) {
    let array = shape.array
    // From the last slot of a tile to the cycle in which its last row of sums is side by side.
    let leaving = 1 + array.productStages + array.rows + array.columns + 1 + (array.rows - 1)
    var drain = DrainTiming(groups: shape.drainGroups, latency: DrainUnit(shape: shape).latency)
    var before = 0
    // Sequencers see the first command in cycle 2.
    var (free, rowsFree) = (2, 2)
    // When the last word of each tile is written, and of each block of rows.
    var (written, done): ([Int], [Int]) = ([], [])
    var steps = [Interval?](repeating: nil, count: shape.schedule.program.steps.count)
    /// The first cycle in which counters are as high as `needs`.
    func served(_ needs: CommandNeeds) -> Int {
      max(
        needs.tiles > 0 ? written[needs.tiles - 1] + 1 : 0,
        needs.blocks > 0 ? done[needs.blocks - 1] + 1 : 0
      )
    }
    for (command, step) in zip(shape.schedule.commands, shape.schedule.owners) {
      switch command {
      case .product(let tile):
        let begin = max(free, served(tile.needs))
        let slots = shape.slots(tile.depth, after: before)
        before = tile.leavingWords
        // In the last slot the next tile may begin; otherwise the sequencer is ready behind it.
        free = begin + slots
        if tile.pass.isLast { written.append(drain.written(tile.words, last: free + leaving)) }
        steps[step].join(
          Interval(
            begin: begin,
            end: free + 1,
            busy: slots,
            slices: shape.slices(tile.depth)
          )
        )
      case .rows(let block):
        let begin = max(rowsFree, served(block.needs))
        let last = begin + 3 + shape.rowUnits[block.unit].time(block.words)
        done.append(last)
        rowsFree = last + 1
        steps[step].join(
          Interval(begin: begin, end: rowsFree, busy: rowsFree - begin, slices: 0)
        )
      }
    }
    latency = max(free, (written.last ?? 0) + 1, (done.last ?? 0) + 1) + 3
    self.steps = steps.map { $0 ?? Interval(begin: 0, end: 0, busy: 0, slices: 0) }
  }
}

/// When rows of sums are written.
private struct DrainTiming {
  let groups: LaneGroups
  /// Of the units.
  let latency: Int
  /// The first cycle in which no row before has the units.
  private var free = 0

  init(groups: LaneGroups, latency: Int) { (self.groups, self.latency) = (groups, latency) }

  /// The cycle in which the last of `words` rows is written that is side by side in cycle `last`, the others in
  /// the cycles before.
  mutating func written(_ words: Int, last: Int) -> Int {
    guard !groups.isWhole else { return last + 1 + latency }
    // A row is in the queue one cycle later; then each takes as many cycles as there are groups.
    let first = max(last - (words - 1) + 1, free)
    free = first + words * groups.count
    return free + 1 + latency
  }
}

extension TileTiming.Interval? {
  /// With a later command of the same step.
  fileprivate mutating func join(_ later: TileTiming.Interval) {
    guard var joined = self else {
      self = later
      return
    }
    joined.end = later.end
    joined.busy += later.busy
    joined.slices += later.slices
    self = joined
  }
}
