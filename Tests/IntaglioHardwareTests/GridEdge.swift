import IntaglioHardware

/// The edge of a grid of elements, register by register: lane l of what enters waits l cycles.
struct GridEdge {
  typealias Signal = Verilog.Signal

  private let clock = Signal("clk_i", .bit)
  private let enable = Signal("enable_i", .bit)
  let word: Signal
  private let name: String
  private let lanes: Int
  private let type: Verilog.SignalType

  init(_ name: String, lanes: Int, _ type: Verilog.SignalType) {
    word = Signal("\(name)_i", .unsigned(lanes * type.bits))
    (self.name, self.lanes, self.type) = (name, lanes, type)
  }

  private func delayed(_ lane: Int, _ stage: Int) -> Signal {
    Signal("\(name)_edge_\(lane)_\(stage)", type)
  }

  /// Lane l through l registers.
  var section: Verilog.Section {
    var assignments: [Verilog.Statement] = []
    var registers: [Signal] = []
    for lane in 0..<lanes {
      for stage in 0..<lane {
        let register = delayed(lane, stage)
        registers.append(register)
        let before = stage == 0 ? now(lane) : delayed(lane, stage - 1).value
        assignments.append(.assign(register.reference, before))
      }
    }
    return Verilog.Section(
      "Skew of \(name).",
      registers: registers,
      assignments.isEmpty ? [] : [.clocked(clock, [.when(enable.value, assignments)])]
    )
  }

  /// Lane `lane` as it enters.
  func now(_ lane: Int) -> Verilog.Expression {
    let slice = word.reference.slice(Verilog.Affine(lane * type.bits), bits: type.bits).value
    return type.isSigned ? slice.asSigned : slice
  }

  /// The same as late as it is.
  func late(_ lane: Int) -> Verilog.Expression {
    lane == 0 ? now(0) : delayed(lane, lane - 1).value
  }
}
