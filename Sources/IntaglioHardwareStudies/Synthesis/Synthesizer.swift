import Foundation
public import IntaglioHardware

/// Yosys: a design as cells of a chip with programmable logic.
public enum Synthesizer {
  /// What `design` takes of a chip of `family`.
  ///
  /// - Parameters:
  ///   - design: a module with all that it is made of.
  ///   - family: the chip's.
  ///   - usesMultipliers: whether hard multipliers may be used; never where operands have 4 bits or less.
  ///   - folder: gets all files.
  /// - Returns: cells and resources.
  /// - Throws: `SynthesisError`.
  public static func synthesize(
    _ design: Verilog.Design,
    for family: LogicFamily,
    usesMultipliers: Bool,
    in folder: String
  ) throws(SynthesisError) -> SynthesisReport {
    let top = design.top.name
    let synthesis = family.commands(top: top, usesMultipliers: usesMultipliers)
    let commands = usesMultipliers ? synthesis : "\(productsApart(top: top)); \(synthesis)"
    let netlist = try netlist(of: design, commands: commands, in: folder)
    return SynthesisReport(
      module: design.top.name,
      family: family,
      usesMultipliers: usesMultipliers,
      cells: netlist.cellCounts
    )
  }

  /// Makes adders of every product before anything else is mapped.
  ///
  /// Yosys would merge a product with the sum that it goes to, and extend each of its partial products to
  /// the width of that: 3 by 3 signed bits into 12 then take 1.7 times the area.
  static func productsApart(top: String) -> String {
    "hierarchy -check -top \(top); proc; flatten; opt; wreduce; alumacc t:$mul; maccmap t:$macc"
  }

  /// The file that the cells of a design are in afterwards.
  static func netlistFile(_ design: Verilog.Design) -> String { "\(design.top.name).json" }

  /// `design` after `commands`, which may read `files`.
  static func netlist(
    of design: Verilog.Design,
    commands: String,
    files: [String: String] = [:],
    in folder: String
  ) throws(SynthesisError) -> Netlist {
    let file = netlistFile(design)
    let sources = design.modules.map { "\($0.name).v" }.joined(separator: " ")
    let script = "read_verilog \(sources); \(commands); write_json \(file)"
    do {
      try design.write(to: folder)
      for (name, text) in files { try TextFile.write(text, to: "\(folder)/\(name)") }
      _ = try Tool.yosys.run(Tool.yosys.program, ["-q", "-p", script], in: folder)
    } catch {
      throw .tool(error)
    }
    let json = FileManager.default.contents(atPath: "\(folder)/\(file)") ?? Data()
    return try Netlist(json: [UInt8](json), top: design.top.name)
  }
}
