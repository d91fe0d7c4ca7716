/// Why a schedule has no machine.
public enum TileMachineError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no unit for the norm of that node.
  case norm(node: String, NormQuantizerError)
  /// The norms' multiplier has no such width.
  case normDigit(NormQuantizerError)
  case drainLanes(Int, tile: Int)

  public var description: String {
    switch self {
    case .norm(let node, .fixedPoint):
      "\(node): found a norm of the fixed-point method, and hardware decides norms by squares; make the "
        + "program with exact norms (--norms exact, or rounded:N for smaller units)"
    case .norm(let node, let error): "\(node): \(error); choose a part without this node"
    case .normDigit(let error): "\(error)"
    case .drainLanes(let lanes, let tile):
      "expected lanes with units for sums (--drain-lanes) that divide the \(tile) of the array, found \(lanes)"
    }
  }
}

extension PanelProgram {
  /// Finds the first norm for which there is no unit.
  ///
  /// - Throws: `TileMachineError.norm`.
  func checkNorms() throws(TileMachineError) {
    for step in steps {
      guard case .norm(let norm, let source) = step.work else { continue }
      do { _ = try NormParameters([norm], count: self[source].depth) } catch {
        throw .norm(node: step.name, error)
      }
    }
  }
}
