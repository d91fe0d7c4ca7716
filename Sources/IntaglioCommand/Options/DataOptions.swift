public import ArgumentParser
import Intaglio
public import IntaglioData

/// Which images.
struct DataOptions: ParsableArguments {
  @Option(help: "The folder of images and labels.", completion: .directory)
  var data: String

  @Option(help: "Which IDX pair: test or train.")
  var split: DataSet.Split = .test

  @Option(parsing: .unconditional, help: "Take the first N images only.")
  var limit: Int?

  func validate() throws { try Limits.check("--limit", limit, atLeast: 1) }

  /// The images, `usual` ones at most where no number was given.
  func open(usual: Int? = nil) throws -> DataSet {
    try DataSet.open(directory: data, split: split, limit: limit ?? usual)
  }

  /// All of them.
  func openWhole() throws -> DataSet { try DataSet.open(directory: data, split: split) }
}

extension DataSet.Split: ExpressibleByArgument {}
