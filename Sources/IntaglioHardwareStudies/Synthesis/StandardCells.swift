import Foundation
public import IntaglioHardware

/// A standard-cell library: what its cells are (liberty) and how they behave (Verilog).
public struct StandardCells: Hashable, Sendable {
  /// For reports.
  public let name: String
  /// The path of the liberty file.
  public let liberty: String
  /// The path of the Verilog models, with delays in `specify` blocks.
  public let models: String

  public init(name: String, liberty: String, models: String) {
    (self.name, self.liberty, self.models) = (name, liberty, models)
  }

  /// Oklahoma State University's cells for TSMC 180 nm, 1.8 V, typical, as Debian's
  /// `qflow-tech-osu018` has them.
  public static let osu018 = StandardCells(
    name: "osu018",
    liberty: "/usr/share/qflow/tech/osu018/osu018_stdcells.lib",
    models: "/usr/share/qflow/tech/osu018/osu018_stdcells.v"
  )

  /// The Debian package of `osu018`.
  public static let package = "qflow-tech-osu018"

  /// Whether both files can be read.
  public var isInstalled: Bool { missing == nil }

  /// The first file that cannot be read.
  var missing: String? {
    [liberty, models].first { !FileManager.default.isReadableFile(atPath: $0) }
  }
}

extension StandardCells {
  /// `design` made of the library's cells.
  ///
  /// Optimized for area by Yosys and ABC without a wire model, flip-flops included; what nothing drives
  /// is 0. Memories of 32 words or more stay memories, which the library does not have. The enable,
  /// which freezes a whole block, is tied high: a chip stops the clock instead, once for all elements.
  ///
  /// - Parameters:
  ///   - design: a module with all that it is made of.
  ///   - clockGating: of registers that load under an enable of their own.
  ///   - folder: gets all files.
  /// - Returns: a netlist with the ports and the name of the top module.
  /// - Throws: `SynthesisError`.
  public func map(
    _ design: Verilog.Design,
    _ clockGating: ClockGating = .ungated,
    in folder: String
  ) throws(SynthesisError) -> Netlist {
    let enabled: Verilog.Design
    do {
      enabled = try Verilog.Design(try Self.alwaysEnabled(design.top), images: design.images)
    } catch {
      throw .netlist(design.top.name, "\(error)")
    }
    let top = enabled.top.name
    let synthesis = [
      Synthesizer.productsApart(top: top), "synth -flatten -top \(top) -run begin:fine",
      MemoryMacro.command, "synth -top \(top) -run fine:check",
    ]
    let commands =
      synthesis + clockGating.commands(liberty: liberty) + ["setundef -zero", "opt_clean -purge"]
    let netlist = try Synthesizer.netlist(
      of: enabled,
      commands: commands.joined(separator: "; "),
      files: ClockGating.files,
      in: folder
    )
    return netlist.named(design.top.name)
  }

  /// A module around `module` with its ports that does not pass the enable on.
  private static func alwaysEnabled(
    _ module: Verilog.Module
  ) throws(Verilog.ModuleError) -> Verilog.Module {
    func signals(_ direction: Verilog.Port.Direction) -> [Verilog.Signal] {
      module.ports.filter { $0.direction == direction }.map(\.signal)
    }
    let inputs = signals(.input).map { signal in
      (signal.name, signal == ClockedPorts.enable ? .bit(true) : signal.value)
    }
    let outputs = signals(.output).map { ($0.name, $0.reference) }
    return try Verilog.Module(
      "enabled_\(module.name)",
      summary: ["\(module.name) with its enable tied high."],
      ports: module.ports,
      sections: [
        Verilog.Section(
          "The module.",
          [
            .instance(
              Verilog.Instance(
                "unit",
                of: module,
                inputs: Dictionary(uniqueKeysWithValues: inputs),
                outputs: Dictionary(uniqueKeysWithValues: outputs)
              )
            )
          ]
        )
      ]
    )
  }
}
