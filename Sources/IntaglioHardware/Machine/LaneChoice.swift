/// How many lanes have units of their own beside the array.
public enum LaneChoice: Hashable, Sendable {
  /// Every lane.
  case all
  /// The fewest with which the machine is at most a tenth slower than with all.
  case automatic
  /// So many, a divisor of the array's rows and columns.
  case count(Int)
}

extension TileMachine {
  /// How much slower a machine with fewer units for sums may be than one with all, and one with fewer of both
  /// kinds, by `LaneChoice.automatic`.
  static let slowdowns = (drain: 1.05, both: 1.10)

  /// A machine for `program` on an array of `tile` × `tile` elements.
  ///
  /// - Parameters:
  ///   - program: what it computes.
  ///   - tile: rows and columns of the array.
  ///   - rowLanes: lanes with units for whole rows.
  ///   - drainLanes: columns with units for sums; it takes the place of that of `options`.
  ///   - products: that an element of the array adds in a cycle, 1, 2, 4 or 8.
  ///   - options: what else the machine is made like.
  /// - Throws: `TileScheduleError`, `ArrayShapeError` or `TileMachineError`.
  public init(
    _ program: PanelProgram,
    tile: Int,
    rowLanes: LaneChoice,
    drainLanes: LaneChoice,
    products: Int = 1,
    options: MachineOptions = MachineOptions()
  ) throws {
    func machine(_ schedule: TileSchedule, _ drain: Int) throws -> TileMachine {
      var options = options
      options.drainLanes = drain
      return TileMachine(try MachineShape(schedule, options: options))
    }
    let divisors = tile > 0 ? (1...tile).filter { tile % $0 == 0 } : []
    func schedule(_ lanes: Int) throws -> TileSchedule {
      try TileSchedule(program, tile: tile, rowLanes: lanes, products: products)
    }
    var lanes = try schedule(rowLanes.most(tile))
    var best = try machine(lanes, drainLanes.most(tile))
    let all = Double(best.timing.latency)
    if drainLanes == .automatic {
      for count in divisors {
        let other = try machine(lanes, count)
        guard Double(other.timing.latency) <= all * Self.slowdowns.drain else { continue }
        best = other
        break
      }
    }
    if rowLanes == .automatic, !best.shape.rowUnits.isEmpty {
      for count in divisors {
        lanes = try schedule(count)
        let other = try machine(lanes, best.shape.drainGroups.width)
        guard Double(other.timing.latency) <= all * Self.slowdowns.both else { continue }
        best = other
        break
      }
    }
    self.init(best.shape)
  }
}

extension LaneChoice {
  /// So many of `tile` lanes at most.
  fileprivate func most(_ tile: Int) -> Int {
    if case .count(let count) = self { count } else { tile }
  }
}
