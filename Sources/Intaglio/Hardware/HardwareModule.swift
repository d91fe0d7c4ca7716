import IntaglioGraph
public import IntaglioHardware
import IntaglioRewrite

/// A part of an integer-only program as a machine.
public struct HardwareModule: Sendable {
  public let part: HardwarePart
  public let panels: PanelProgram
  public let machine: TileMachine
  public let design: Verilog.Design
  let proof: IntegerOnlyGraph

  /// - Parameters:
  ///   - program: nothing but integers.
  ///   - part: what becomes hardware.
  ///   - tile: rows and columns of the array.
  ///   - options: what the machine is made like.
  /// - Throws: `HardwareError`, `LoweringError`, `TileScheduleError`, `ArrayShapeError` or
  ///   `TileMachineError`, each with the node that does not fit or the option that asks too much.
  public init(
    _ program: Program,
    part: HardwarePart,
    tile: Int,
    options: MachineOptions = MachineOptions()
  ) throws {
    self.part = part
    (proof, panels) = try part.panels(of: program)
    machine = try TileMachine(panels, tile: tile, options: options)
    design = try machine.design()
  }
}

extension HardwarePart {
  /// This part of `program` as work on panels.
  ///
  /// - Throws: `HardwareError` or `LoweringError`.
  func panels(of program: Program) throws -> (proof: IntegerOnlyGraph, panels: PanelProgram) {
    let integers: IntegerOnlyGraph
    do { integers = try program.model.program.integerOnly() } catch {
      let blocked = program.coverage.blocked.count
      let reason = blocked > 0 ? "\(blocked) multiplications stay real" : "\(error)"
      throw HardwareError.realValues(model: program.model.path, reason: reason)
    }
    let streams = ResidualStreams(integers.graph, logits: program.model.description.logits)
    guard let (from, to) = streams.ends(of: self) else {
      if let sum = streams.foreignSum {
        throw HardwareError.olderProgram(self, node: integers.graph.label(of: sum))
      }
      throw HardwareError.noPart(self, found: streams.parts)
    }
    return (integers, try PanelProgram(integers, from: [from], to: [to]))
  }
}
