/// Why two sides cannot be compared.
public enum ComparisonSideError: Error, Hashable, Sendable, CustomStringConvertible {
  case notInteger(model: String, blocked: Int, of: Int)
  /// A record where a model is asked for, or the reverse.
  case noModel(file: String)
  case noRecord(file: String, found: String)
  /// A recorded tensor that is not what the other side has.
  case recordedShape(file: String, tensor: String, expected: [Int], found: [Int])
  case recordedCode(file: String, tensor: String, expected: String, found: Int)
  /// Tensors of one record for different numbers of images.
  case recordedImages(file: String, tensor: String, expected: Int, found: Int)
  /// A data set with fewer images than a record has.
  case shortData(data: String, record: String, expected: Int, found: Int)
  /// Images that a record has not.
  case shortRecord(record: String, data: String, expected: Int, found: Int)
  case nothingInCommon(a: String, b: String, found: [String])

  public var description: String {
    switch self {
    case .notInteger(let model, let blocked, let total):
      "\(model): \(blocked) of \(total) multiplications stay on floats, so there is no integer "
        + "program; compare float32:\(model), or see 'intaglio integerize'"
    case .noModel(let file):
      "\(file): a record of tensors has no program; compare recorded:\(file)"
    case .noRecord(let file, let found):
      "\(file): neither a model nor a record: expected tensors NAME.codes, NAME.input, NAME.output "
        + "or logits, found \(found)"
    case .recordedShape(let file, let tensor, let expected, let found):
      "\(file): tensor '\(tensor)': expected images × \(expected), found \(found)"
    case .recordedCode(let file, let tensor, let expected, let found):
      "\(file): tensor '\(tensor)': expected codes of \(expected), found \(found)"
    case .recordedImages(let file, let tensor, let expected, let found):
      "\(file): tensor '\(tensor)' has \(found) images, others have \(expected)"
    case .shortData(let data, let record, let expected, let found):
      "\(data): expected the \(expected) images of \(record), found \(found)"
    case .shortRecord(let record, let data, let expected, let found):
      "\(record): expected \(expected) images of \(data), found \(found)"
    case .nothingInCommon(let a, let b, let found):
      "\(a) and \(b) have no layer in common: "
        + (found.isEmpty ? "one of them names none" : found.joined(separator: "; "))
    }
  }
}
