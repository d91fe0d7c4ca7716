public import IntaglioHardware

/// What a part of a program takes on arrays of several sizes with as many units beside them as are enough, by the
/// cycle model.
public struct HardwareCosts: Sendable {
  public let part: HardwarePart
  /// By the order of the tiles asked for.
  public let costs: [MachineCost]

  /// - Parameters:
  ///   - program: nothing but integers.
  ///   - part: what becomes hardware.
  ///   - tiles: rows and columns of the arrays.
  ///   - operandDigit: bits of an operand that an element takes at once, at most.
  /// - Throws: as `HardwareModule`.
  public init(
    _ program: Program,
    part: HardwarePart,
    tiles: [Int],
    operandDigit: Int = 8
  ) throws {
    self.part = part
    let panels = try part.panels(of: program).panels
    let options = MachineOptions(
      rowLanes: .automatic,
      drainLanes: .automatic,
      operandDigit: operandDigit
    )
    costs = try tiles.map { MachineCost(try TileMachine(panels, tile: $0, options: options)) }
  }
}

/// The parts of a program that stand for all of it, as hardware.
public struct HardwareSurvey: Sendable {
  /// What is no machine, and why.
  public struct Missing: Sendable, Hashable {
    public let part: HardwarePart
    public let reason: String

    public init(part: HardwarePart, reason: String) { (self.part, self.reason) = (part, reason) }
  }

  /// Dimensions of the arrays that are computed beside the one asked for.
  public static let scales = [8, 16, 32, 64, 128]

  /// The first attention, MLP and block on every array, the one asked for first; the network on that one.
  public let parts: [HardwareCosts]
  public let missing: [Missing]

  public init(parts: [HardwareCosts], missing: [Missing]) {
    (self.parts, self.missing) = (parts, missing)
  }

  /// - Parameters:
  ///   - program: nothing but integers.
  ///   - tile: rows and columns of the array asked for.
  ///   - operandDigit: bits of an operand that an element takes at once, at most.
  ///   - scales: dimensions of other arrays.
  /// - Throws: what is no reason for a part to be missing.
  public init(
    _ program: Program,
    tile: Int,
    operandDigit: Int = 8,
    scales: [Int] = Self.scales
  ) throws {
    var parts: [HardwareCosts] = []
    var missing: [Missing] = []
    for part in [HardwarePart.attention(0), .mlp(0), .block(0), .network] {
      let tiles = part == .network ? [tile] : [tile] + scales.filter { $0 != tile }
      do {
        parts.append(
          try HardwareCosts(program, part: part, tiles: tiles, operandDigit: operandDigit)
        )
      } catch let error
        where error is TileScheduleError || error is LoweringError
        || error is ArrayShapeError || error is HardwareError || error is TileMachineError
      {
        missing.append(Missing(part: part, reason: "\(error)"))
      }
    }
    self.init(parts: parts, missing: missing)
  }
}
