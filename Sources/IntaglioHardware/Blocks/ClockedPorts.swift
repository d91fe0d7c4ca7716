/// What every clocked block has: a clock, a reset, and an enable that freezes it.
enum ClockedPorts {
  static let clock = Verilog.Signal("clk_i", .bit)
  /// Low for at least one cycle before the first one; only tokens need it.
  static let reset = Verilog.Signal("rst_ni", .bit)
  /// Low: nothing changes in this cycle.
  static let enable = Verilog.Signal("enable_i", .bit)

  static var all: [Verilog.Port] { [.input(clock), .input(reset), .input(enable)] }
  /// Of a block without tokens.
  static var withoutReset: [Verilog.Port] { [.input(clock), .input(enable)] }

  /// `body` in every cycle that is enabled.
  static func clocked(_ body: [Verilog.Statement]) -> Verilog.Item {
    .clocked(clock, [.when(enable.value, body)])
  }

  /// `body` in every cycle that is enabled, `cleared` under reset.
  static func clocked(
    reset cleared: [Verilog.Statement],
    _ body: [Verilog.Statement]
  ) -> Verilog.Item {
    .clocked(clock, [.when(~reset.value, cleared, otherwise: [.when(enable.value, body)])])
  }
}
