public import Intaglio
public import IntaglioHardwareStudies
import IntaglioReport

/// What one unit takes.
public struct SynthesizedUnit: Encodable {
  public let module: String
  /// How many of it the machine has; 0 for what stands there to compare.
  public let count: Int
  public let lookupTables: Int
  public let flipFlops: Int
  public let multipliers: Int
  public let memories: Int
  /// Of one placement; `nil` where there is none.
  public let megahertz: Double?
  /// Why there is none although it was tried.
  public let placementFailure: String?

  public init(_ report: SynthesisReport, count: Int, _ placement: Placement) {
    (module, self.count) = (report.module, count)
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
  /// What all units of the machine take: no wires between them, and none of its memories.
  public let total: Total

  /// Sums over units, each as often as the machine has it.
  public struct Total: Encodable {
    public let lookupTables: Int
    public let flipFlops: Int
    public let multipliers: Int

    init(_ units: [SynthesizedUnit]) {
      func sum(_ number: (SynthesizedUnit) -> Int) -> Int {
        units.reduce(0) { $0 + $1.count * number($1) }
      }
      lookupTables = sum(\.lookupTables)
      flipFlops = sum(\.flipFlops)
      multipliers = sum(\.multipliers)
    }
  }

  public init(part: HardwarePart, family: LogicFamily, units: [SynthesizedUnit]) {
    (self.part, self.family) = (part.description, family.rawValue)
    self.units = units
    total = Total(units)
  }

  public var text: String {
    var table = Table([
      .init("module (\(family))"), .init("count", .right), .init("LUT", .right),
      .init("FF", .right), .init("DSP", .right), .init("RAM", .right), .init("MHz", .right),
    ])
    for unit in units {
      table.append([
        unit.module, unit.count > 0 ? "\(unit.count)" : "–", "\(unit.lookupTables)",
        "\(unit.flipFlops)", "\(unit.multipliers)",
        "\(unit.memories)", unit.megahertz.map { Format.fixed($0, digits: 0) } ?? "–",
      ])
    }
    table.append([
      "all of them", "", "\(total.lookupTables)", "\(total.flipFlops)", "\(total.multipliers)", "",
      "",
    ])
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
