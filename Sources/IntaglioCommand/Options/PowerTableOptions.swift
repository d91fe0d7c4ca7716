import ArgumentParser
import Foundation
import IntaglioData
import IntaglioHardwareStudies

/// Where energies and areas of measured units come from.
struct PowerTableOptions: ParsableArguments {
  @Option(help: "What 'intaglio hardware power --json' printed.", completion: .file())
  var power: String?

  /// The table of that file; `nil` where none is named.
  ///
  /// - Throws: `PowerTableError` for a file that is none; `DataError` for one in which a key stands twice.
  var table: PowerTable? {
    get throws {
      guard let power else { return nil }
      let bytes: Data
      do { bytes = try Data(contentsOf: URL(fileURLWithPath: power)) } catch {
        throw PowerTableError(path: power, reason: "found no file that can be read")
      }
      try JSONKeys.requireDistinct(Array(bytes), file: power)
      do { return try JSONDecoder().decode(PowerTable.self, from: bytes) } catch let error
        as DecodingError
      {
        throw PowerTableError(path: power, reason: "found " + error.place)
      }
    }
  }
}

/// Why a file is no table of power.
struct PowerTableError: Error, CustomStringConvertible {
  let path: String
  let reason: String

  var description: String {
    "\(path): expected what 'intaglio hardware power --json' prints; \(reason)"
  }
}
