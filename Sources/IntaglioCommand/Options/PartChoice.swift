import ArgumentParser
import Intaglio

/// What `--part` says.
struct PartChoice: ExpressibleByArgument {
  let part: HardwarePart

  init(part: HardwarePart) { self.part = part }

  init?(argument: String) {
    guard let part = HardwarePart(argument) else { return nil }
    self.part = part
  }

  var defaultValueDescription: String { part.description }
}
