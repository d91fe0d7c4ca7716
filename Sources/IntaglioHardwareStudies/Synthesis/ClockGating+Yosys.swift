import IntaglioHardware

extension ClockGating {
  /// What Yosys reads, by the names of files.
  static let files = ["clock_gate.v": gate, "gated_flip_flop.v": flipFlop, "clock_or.v": logic]

  /// The gate while logic is mapped, so that the two do not mix.
  private static let gate = """
    (* blackbox *)
    module clock_gate (input clock_i, input disable_i, output clock_o);
    endmodule

    """

  /// A flip-flop with an enable; equal gates are merged.
  private static let flipFlop = """
    (* techmap_celltype = "$_DFFE_PN_" *)
    module gated_flip_flop (input D, input C, input E, output Q);
      wire clock;
      clock_gate gate (.clock_i(C), .disable_i(E), .clock_o(clock));
      \\$_DFF_P_ flip_flop (.D(D), .C(clock), .Q(Q));
    endmodule

    """

  private static let logic = """
    module clock_gate (input clock_i, input disable_i, output clock_o);
      \\$_OR_ gate (.A(clock_i), .B(disable_i), .Y(clock_o));
    endmodule

    """

  /// What Yosys does to flip-flops and logic, so that they become cells of the library at `liberty`.
  func commands(liberty: String) -> [String] {
    let cells = ["dfflibmap -liberty \(liberty)", "abc -liberty \(liberty)"]
    switch self {
    case .ungated: return cells
    case .perEnable:
      return [
        "read_verilog -lib clock_gate.v",
        "dfflegalize -cell $_DFF_P_ x -cell $_DFFE_PN_ x -mince \(SplitSum.leastGatedRegister)",
        "techmap -map gated_flip_flop.v", "opt_merge -share_all",
      ] + cells + ["techmap -map clock_or.v", "abc -liberty \(liberty)"]
    }
  }
}
