extension Netlist {
  /// The name of a net in `text`, and so in what a simulator records.
  static func name(of net: Int) -> String { "n\(net)" }

  /// The netlist as structural Verilog with the ports of the module that it was made from.
  ///
  /// Every net is a wire of one bit whose name is its number, so that what a simulator records of it
  /// is found again without rules for names.
  public var text: String {
    var lines = ["module \(name) ("]
    lines.append("  " + ports.map(\.name).joined(separator: ",\n  "))
    lines.append(");")
    for port in ports {
      let width = port.bits.count > 1 ? " [\(port.bits.count - 1):0]" : ""
      lines.append("  \(port.isInput ? "input" : "output")\(width) \(port.name);")
    }
    lines += nets.map { "  wire \(Self.name(of: $0));" }
    for port in ports {
      for (index, bit) in port.bits.enumerated() {
        let part = port.bits.count > 1 ? "\(port.name)[\(index)]" : port.name
        lines.append(
          port.isInput
            ? "  assign \(Self.text(bit)) = \(part);" : "  assign \(part) = \(Self.text(bit));"
        )
      }
    }
    for (index, cell) in cells.enumerated() {
      let pins = cell.pins.sorted { $0.key < $1.key }.map { pin, bits in
        let parts = bits.reversed().map(Self.text)
        return ".\(pin)(\(parts.count == 1 ? parts[0] : "{\(parts.joined(separator: ", "))}"))"
      }
      lines.append("  \(cell.type) cell_\(index) (\(pins.joined(separator: ", ")));")
    }
    let names = memories.indices.map { "\(name)_memory_\($0)" }
    lines += zip(memories, names).map { $0.instance(of: $1, Self.text) }
    lines.append("endmodule\n")
    let modules = zip(memories, names).map { $0.module($1) }
    return lines.joined(separator: "\n") + modules.joined()
  }

  private static func text(_ bit: Bit) -> String {
    switch bit {
    case .net(let net): name(of: net)
    case .constant(let value): "1'b\(value)"
    }
  }
}
