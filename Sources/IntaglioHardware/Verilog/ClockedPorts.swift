/// What every clocked block has: a clock, a reset, and an enable that freezes it.
package enum ClockedPorts {
  package static let clock = Verilog.Signal("clk_i", .bit)
  /// Low for at least one cycle before the first one; only tokens need it.
  package static let reset = Verilog.Signal("rst_ni", .bit)
  /// Low: nothing changes in this cycle.
  package static let enable = Verilog.Signal("enable_i", .bit)

  package static var all: [Verilog.Port] { [.input(clock), .input(reset), .input(enable)] }
  /// Of a block without tokens.
  package static var withoutReset: [Verilog.Port] { [.input(clock), .input(enable)] }

  /// `body` in every cycle that is enabled.
  package static func clocked(_ body: [Verilog.Statement]) -> Verilog.Item {
    .clocked(clock, [.when(enable.value, body)])
  }

  /// `body` in every cycle that is enabled, `cleared` under reset.
  package static func clocked(
    reset cleared: [Verilog.Statement],
    _ body: [Verilog.Statement]
  ) -> Verilog.Item {
    .clocked(clock, [.when(~reset.value, cleared, otherwise: [.when(enable.value, body)])])
  }
}
