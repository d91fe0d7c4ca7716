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

extension DataSet {
  /// Images that calibrate a model.
  ///
  /// Of IDX files the training pair where there is one, so that nothing is judged on its own calibration;
  /// one that is there and damaged is an error. Labels are not looked at, unless some of the images judge.
  static func open(
    calibration folder: String,
    labelled: Bool = false,
    limit: Int? = nil
  ) throws(DataError) -> DataSet {
    do {
      return try open(directory: folder, split: .train, labelled: labelled, limit: limit)
    } catch .missing {
      return try open(directory: folder, split: .test, labelled: labelled, limit: limit)
    }
  }
}
