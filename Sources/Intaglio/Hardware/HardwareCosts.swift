public import IntaglioHardware

/// What a part of a program takes on arrays of several sizes, by the cycle model.
public struct HardwareCosts: Sendable {
  public let part: HardwarePart
  /// By the order of the tiles asked for.
  public let costs: [MachineCost]

  /// - Parameters:
  ///   - program: nothing but integers.
  ///   - part: what becomes hardware.
  ///   - tiles: rows and columns of the arrays.
  /// - Throws: as `HardwareModule`.
  public init(_ program: Program, part: HardwarePart, tiles: [Int]) throws {
    self.part = part
    let panels = try part.panels(of: program).panels
    costs = try tiles.map {
      MachineCost(TileMachine(try MachineShape(TileSchedule(panels, tile: $0))))
    }
  }
}
