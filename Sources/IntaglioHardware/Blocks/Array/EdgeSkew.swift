/// The triangle of registers at an edge in which lane l of a word waits l cycles.
package struct EdgeSkew {
  package typealias Signal = Verilog.Signal

  /// All lanes at once, lane 0 in the lowest bits.
  package let word: Signal
  package let lanes: Int
  /// Of a lane.
  package let type: Verilog.SignalType
  /// Of what enters: `row` or `column`.
  package let name: String

  /// The lanes, each as late as it is.
  package var edge: Signal { Signal("\(name)_edge", word.type) }

  package var section: Verilog.Section {
    let delays = (1..<max(1, lanes)).map { lane in
      Signal("\(name)_delay_\(lane)_q", .unsigned(lane * type.bits))
    }
    let moves = zip(delays, 1...max(1, delays.count)).map { delay, lane in
      Verilog.Statement.assign(
        delay.reference,
        delay.pushed(word.part(Verilog.Affine(lane), type))
      )
    }
    // The oldest code of a lane is in its highest bits.
    let leaving = delays.enumerated().map { $1.part(Verilog.Affine($0), type).value }
    return Verilog.Section(
      "Lane l of the \(name) operands waits l cycles at the edge.",
      wires: [edge],
      registers: delays,
      (moves.isEmpty ? [] : [ClockedPorts.clocked(moves)])
        + [
          .assign(
            edge.reference,
            .concatenation(leaving.reversed() + [word.part(0, type).value])
          )
        ]
    )
  }
}
