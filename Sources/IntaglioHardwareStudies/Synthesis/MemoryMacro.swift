/// A memory that stays one among the cells of a netlist: no logic, no flip-flops, no area and no energy.
///
/// Yosys's `$mem_v2`, whose ports lie side by side in each pin.
public struct MemoryMacro: Hashable, Sendable {
  public let words: Int
  /// Of a word.
  public let bits: Int
  let offset: Int
  /// For every reading port whether it has a register.
  let clockedReads: [Bool]
  let writes: Int
  /// What it holds at the beginning, the last word first; nothing where it holds nothing.
  let contents: String
  let pins: [String: [Netlist.Bit]]

  /// What the type is called in between, so that Yosys does not make flip-flops of it.
  static let type = "memory_macro"
  /// Memories of fewer words become flip-flops and multiplexers.
  static let leastWords = 32
  /// For Yosys, while memories are `$mem_v2`.
  static let command = "chtype -set \(type) t:$mem_v2 r:SIZE>=\(leastWords) %i"

  private static let inputs = [
    "RD_CLK", "RD_EN", "RD_ADDR", "WR_CLK", "WR_EN", "WR_ADDR", "WR_DATA",
  ]
  static let output = "RD_DATA"

  /// - Throws: `SynthesisError.netlist` where a port has a reset or a falling clock, which ours have not.
  init(
    parameters: [String: String],
    pins: [String: [Netlist.Bit]],
    of top: String
  ) throws(SynthesisError) {
    func number(_ name: String) -> Int { Int(parameters[name] ?? "", radix: 2) ?? 0 }
    func flags(_ name: String, _ count: Int) -> [Bool] {
      (parameters[name] ?? "").reversed().prefix(count).map { $0 == "1" }
    }
    (words, bits, offset) = (number("SIZE"), number("WIDTH"), number("OFFSET"))
    let reads = number("RD_PORTS")
    writes = number("WR_PORTS")
    clockedReads = flags("RD_CLK_ENABLE", reads)
    let initial = parameters["INIT"] ?? ""
    contents = initial.count == words * bits ? initial : ""
    self.pins = pins
    let rising =
      zip(clockedReads, flags("RD_CLK_POLARITY", reads)).allSatisfy { !$0 || $1 }
      && flags("WR_CLK_ENABLE", writes).allSatisfy(\.self)
      && flags("WR_CLK_POLARITY", writes).allSatisfy(\.self)
    let resets = ["RD_ARST", "RD_SRST"].flatMap { pins[$0] ?? [] }
    guard words > 0, bits > 0, rising, resets.allSatisfy({ $0 != .constant("1") && !$0.isNet })
    else { throw .netlist(top, "a memory with resets or falling clocks") }
  }

  /// The nets that it reads.
  var read: [Int] {
    Self.inputs.flatMap { pins[$0] ?? [] }.compactMap(\.net)
  }

  /// Its behaviour as a module of that name.
  func module(_ name: String) -> String {
    let names = (Self.inputs + [Self.output]).filter { !(pins[$0] ?? []).isEmpty }
    var lines = ["module \(name) (\(names.joined(separator: ", ")));"]
    for pin in names {
      let direction = pin == Self.output ? "output" : "input"
      lines.append("  \(direction) [\((pins[pin] ?? []).count - 1):0] \(pin);")
    }
    lines.append("  reg [\(bits - 1):0] words [0:\(words - 1)];")
    lines += initial
    for (port, isClocked) in clockedReads.enumerated() {
      let (word, data) = (word("RD_ADDR", port, of: clockedReads.count), slice(Self.output, port))
      guard isClocked else {
        lines.append("  assign \(data) = \(word);")
        continue
      }
      lines += [
        "  reg [\(bits - 1):0] read_\(port);",
        "  always @(posedge RD_CLK[\(port)]) if (RD_EN[\(port)]) read_\(port) <= \(word);",
        "  assign \(data) = read_\(port);",
      ]
    }
    for port in 0..<writes {
      let word = word("WR_ADDR", port, of: writes)
      let (enable, data) = (slice("WR_EN", port), slice("WR_DATA", port))
      lines.append(
        "  always @(posedge WR_CLK[\(port)]) if (|\(enable)) "
          + "\(word) <= (\(word) & ~\(enable)) | (\(data) & \(enable));"
      )
    }
    return (lines + ["endmodule"]).joined(separator: "\n") + "\n"
  }

  /// Its place among the cells of a netlist.
  func instance(of name: String, _ text: (Netlist.Bit) -> String) -> String {
    let names = (Self.inputs + [Self.output]).filter { !(pins[$0] ?? []).isEmpty }
    let connections = names.map { pin in
      ".\(pin)({\((pins[pin] ?? []).reversed().map(text).joined(separator: ", "))})"
    }
    return "  \(name) \(name)_cell (\(connections.joined(separator: ", ")));"
  }

  private var initial: [String] {
    guard !contents.isEmpty else { return [] }
    let digits = Array(contents)
    let lines = (0..<words).map { word in
      let end = digits.count - word * bits
      return "    words[\(word)] = \(bits)'b\(String(digits[end - bits..<end]));"
    }
    return ["  initial begin"] + lines + ["  end"]
  }

  private func slice(_ pin: String, _ port: Int) -> String {
    "\(pin)[\((port + 1) * bits - 1):\(port * bits)]"
  }

  /// The word that a port addresses.
  private func word(_ pin: String, _ port: Int, of ports: Int) -> String {
    let width = (pins[pin] ?? []).count / max(1, ports)
    let address = "\(pin)[\((port + 1) * width - 1):\(port * width)]"
    return "words[\(address)\(offset > 0 ? " - \(offset)" : "")]"
  }
}
