import IntaglioData
import IntaglioNumerics

/// Why images cannot choose the scales of streams.
public enum CalibrationError: Error, Hashable, Sendable, CustomStringConvertible {
  case empty(data: String)
  /// Every image is of one colour.
  case constant(data: String, images: Int, example: String)
  /// An image that calibrates also judges.
  case shared(calibration: String, data: String, here: String, there: String)
  /// All images are the same.
  case equal(data: String, images: Int, example: String)

  public var description: String {
    switch self {
    case .empty(let data):
      "\(data): expected calibration images, found none"
    case .constant(let data, let images, let example):
      "\(data): expected calibration images like those that the model will see, found \(images) "
        + "of which each is one colour, such as \(example); the ranges that they show mean nothing"
    case .shared(let calibration, let data, let here, let there):
      "\(calibration)/\(here) is also \(data)/\(there): expected images to judge with that calibration never "
        + "saw; leave it out of one of the folders, or name the same folder twice to have it divided"
    case .equal(let data, let images, let example):
      "\(data): expected different calibration images, found \(images) that are all equal to "
        + "\(example)"
    }
  }
}

extension CalibrationError {
  /// Refuses images that show nothing of what a model sees, one after the other.
  ///
  /// - Parameters:
  ///   - data: the images.
  ///   - planes: how many colours a sample has.
  ///   - threads: how many images are in work at a time.
  ///   - sample: what the model gets of an image.
  /// - Throws: `CalibrationError`, and what `sample` throws.
  static func check(
    _ data: DataSet,
    planes: Int,
    threads: Int,
    sample: @Sendable (Int) throws -> [Float]
  ) throws {
    guard data.count > 0 else { throw CalibrationError.empty(data: data.directory) }
    let first = try sample(0)
    let found = try ParallelMap(threads: threads).map(data.count) { index in
      let sample = try sample(index)
      let size = max(sample.count / max(planes, 1), 1)
      let isConstant = sample.indices.allSatisfy { sample[$0] == sample[$0 / size * size] }
      return (isConstant: isConstant, isFirst: sample == first)
    }
    let (images, example) = (data.count, data.name(at: 0))
    // An image of a single pixel is always of one colour.
    if found.allSatisfy(\.isConstant), first.count > planes {
      throw CalibrationError.constant(data: data.directory, images: images, example: example)
    }
    if images > 1, found.allSatisfy(\.isFirst) {
      throw CalibrationError.equal(data: data.directory, images: images, example: example)
    }
  }
}
