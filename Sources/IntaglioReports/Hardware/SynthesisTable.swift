public import Intaglio
public import IntaglioHardwareStudies
import IntaglioReport

/// What one unit takes.
public struct SynthesizedUnit: Encodable {
  public let module: String
  public let lookupTables: Int
  public let flipFlops: Int
  public let multipliers: Int
  public let memories: Int
  /// Of one placement; `nil` where there is none.
  public let megahertz: Double?
  /// Why there is none although it was tried.
  public let placementFailure: String?

  public init(_ report: SynthesisReport, _ placement: Placement) {
    module = report.module
    lookupTables = report.resources.lookupTables
    flipFlops = report.resources.flipFlops
    multipliers = report.resources.multipliers
    memories = report.resources.memories
    switch placement {
    case .notTried: (megahertz, placementFailure) = (nil, nil)
    case .megahertz(let clock): (megahertz, placementFailure) = (clock, nil)
    case .failed(let reason): (megahertz, placementFailure) = (nil, reason)
    }
  }
}

/// The report of `intaglio hardware synthesize`, as JSON and as text.
public struct SynthesisTable: Report {
  public let part: String
  public let family: String
  public let units: [SynthesizedUnit]

  public init(part: HardwarePart, family: LogicFamily, units: [SynthesizedUnit]) {
    (self.part, self.family) = (part.description, family.rawValue)
    self.units = units
  }

  public var text: String {
    var table = Table([
      .init("module (\(family))"), .init("LUT", .right), .init("FF", .right), .init("DSP", .right),
      .init("RAM", .right), .init("MHz", .right),
    ])
    for unit in units {
      table.append([
        unit.module, "\(unit.lookupTables)", "\(unit.flipFlops)", "\(unit.multipliers)",
        "\(unit.memories)", unit.megahertz.map { Format.fixed($0, digits: 0) } ?? "–",
      ])
    }
    return table.text
  }
}

/// What place and route say of one unit.
public enum Placement {
  /// There is no open one for the family, or none is installed.
  case notTried
  case megahertz(Double)
  /// It ended without a clock: the unit may have more pins or logic than the chip.
  case failed(String)
}
