import Foundation
import IntaglioData
import IntaglioHardware
import IntaglioHardwareStudies

extension AdoptionBase {
  /// What parts of the program take on an array, by the cycle model and, where there are any, measured units.
  func hardware(_ file: String, _ hash: SHA256Digest) throws -> AdoptionHardware {
    let table = try options.power.map { [try $0.digest.description] } ?? []
    let key = work.key("hardware", [hash.description, "\(options.tile)"] + table)
    return try work.finding(key) {
      let program = try ModelSource(file).open().program(ProgramOptions(.integerOnly))
      let survey = try HardwareSurvey(program, tile: options.tile, scales: [])
      let units = options.power.map { UnitEnergies($0) }
      return AdoptionHardware(
        parts: survey.parts.flatMap { part in
          part.costs.prefix(1).map { cost in
            AdoptionHardware.Part(
              part: part.part.description,
              array: cost.tile,
              cycles: cost.cycles,
              utilization: cost.utilization,
              picojoules: units?.energy(of: cost.steps, cost)?.total,
              area: units?.area(of: cost)?.total
            )
          }
        },
        missing: survey.missing.map { "\($0.part): \($0.reason)" },
        power: options.power.flatMap { AdoptionHardware.Power($0) }
      )
    }
  }
}

extension AdoptionHardware.Power {
  /// What the rows of `table` that `UnitEnergies` takes were measured with; `nil` where there are none.
  fileprivate init?(_ table: PowerTable) {
    let units = UnitEnergies(table)
    let rows = table.processingElements + table.edgeUnits
    guard let row = rows.first(where: { $0.glitchModel == units.glitchModel }) else { return nil }
    self.init(
      library: row.library,
      clock: row.clock,
      voltage: row.voltage,
      glitchModel: units.glitchModel,
      clockGating: units.clockGating
    )
  }
}

extension PowerTable {
  /// The same for equal tables in every process.
  fileprivate var digest: SHA256Digest {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      return SHA256Digest(of: Array(try encoder.encode(self)))
    }
  }
}
