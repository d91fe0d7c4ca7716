import BigInt
import IntaglioHardware
import IntaglioNumerics

extension RowTrace {
  /// Rows without pauses, whose operands stay where they are while the unit is busy.
  static func steady(_ module: Verilog.Module, _ timing: Timing, rows: [Row]) -> Trace {
    var generator = SplitMix64(seed: 0)
    let noisy = trace(module, timing, rows: rows, pauses: 0, using: &generator)
    // Inputs are reset, enable, valid, operands; the first output is readiness.
    let fed = rows.flatMap { row in row.operands.map { $0 + row.held } }
    var (cycles, taken) = (noisy.cycles, 0)
    for cycle in cycles.indices {
      let takes = cycles[cycle].outputs[0] == [1] && cycles[cycle].inputs[2] == 1
      cycles[cycle].inputs[2] = takes ? 1 : 0
      if takes { taken += 1 }
      cycles[cycle].inputs.replaceSubrange(3..., with: fed[max(0, taken - 1)])
    }
    return Trace(module, lanes: noisy.lanes, cycles: cycles)
  }
}
