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
