/// How many lanes have units of their own beside the array.
public enum LaneChoice: Hashable, Sendable, CustomStringConvertible {
  /// Every lane.
  case all
  /// The fewest with which the machine is hardly slower than with all.
  case automatic
  /// So many, a divisor of the array's rows and columns.
  case count(Int)

  /// `nil` for a text that is none.
  public init?(_ text: String) {
    switch text {
    case "all": self = .all
    case "auto": self = .automatic
    default:
      guard let count = Int(text), count > 0 else { return nil }
      self = .count(count)
    }
  }

  public var description: String {
    switch self {
    case .all: "all"
    case .automatic: "auto"
    case .count(let count): "\(count)"
    }
  }

  /// How many of `tile` lanes that are at most.
  func most(of tile: Int) -> Int {
    if case .count(let count) = self { count } else { tile }
  }
}

extension LaneChoice: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let choice = Self(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "expected 'all', 'auto' or a number of lanes, found '\(text)'"
      )
    }
    self = choice
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
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
  ///   - options: what it is made like; lanes that are chosen by `automatic` are numbers in its shape.
  /// - Throws: `TileScheduleError`, `ArrayShapeError` or `TileMachineError`.
  public init(
    _ program: PanelProgram,
    tile: Int,
    options: MachineOptions = MachineOptions()
  ) throws {
    func schedule(_ lanes: Int) throws -> TileSchedule {
      try TileSchedule(
        program,
        tile: tile,
        rowLanes: lanes,
        products: options.products,
        operandDigit: options.operandDigit
      )
    }
    func machine(_ schedule: TileSchedule, _ drain: Int) throws -> TileMachine {
      var options = options
      options.drainLanes = .count(drain)
      return TileMachine(try MachineShape(schedule, options: options))
    }
    let divisors = tile > 0 ? (1...tile).filter { tile % $0 == 0 } : []
    let whole = try schedule(options.rowLanes.most(of: tile))
    var best = try machine(whole, options.drainLanes.most(of: tile))
    let all = Double(best.timing.latency)
    if options.drainLanes == .automatic {
      for count in divisors {
        let other = try machine(whole, count)
        guard Double(other.timing.latency) <= all * Self.slowdowns.drain else { continue }
        best = other
        break
      }
    }
    if options.rowLanes == .automatic, !best.shape.rowUnits.isEmpty {
      for count in divisors {
        let other = try machine(schedule(count), best.shape.drainGroups.width)
        guard Double(other.timing.latency) <= all * Self.slowdowns.both else { continue }
        best = other
        break
      }
    }
    self.init(best.shape)
  }
}
