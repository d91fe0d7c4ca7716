/// Plain Verilog-2005 as a typed tree.
///
/// Every expression knows its width and sign, and nothing is extended, cut or reinterpreted unless
/// the tree says so: what the language's context rules would do silently is an error of
/// `Verilog.Module.init`. So Verilator, Icarus and Yosys read the same numbers from the same text.
public enum Verilog {
  /// What a tool defines so that memories are read from another folder than the one it runs in: the path
  /// before their names, with its last slash, as a string.
  public static let memoriesMacro = "INTAGLIO_MEMORIES"
}
