/// What can be wrong with a file, a data set or a value read from or written to one.
///
/// Every case that concerns a file carries its path as the caller gave it.
public enum DataError: Error, Hashable, Sendable {
  /// The system refused to open, read or map the file.
  case unreadable(file: String, reason: String)

  /// The system refused to create, write or rename the file.
  case unwritable(file: String, reason: String)

  /// The file ends before what it promises. Both counts are bytes.
  case truncated(file: String, what: String, expected: Int, found: Int)

  /// The file breaks the rules of its format.
  case malformed(file: String, what: String, expected: String, found: String)

  /// The file is legal, but of a kind that is not read here.
  case unsupported(file: String, what: String, expected: String, found: String)

  /// The file asks for more memory than the stated limit.
  case tooLarge(file: String, what: String, limit: Int, found: Int)

  /// The file or folder lacks what was looked for.
  case missing(file: String, what: String, found: String)

  /// A value handed in by the caller does not fit.
  case invalid(what: String, expected: String, found: String)
}

extension DataError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): cannot be read: \(reason)"
    case .unwritable(let file, let reason):
      "\(file): cannot be written: \(reason)"
    case .truncated(let file, let what, let expected, let found):
      "\(file): \(what) is cut short: expected \(expected) bytes, found \(found)"
    case .malformed(let file, let what, let expected, let found):
      "\(file): \(what) is malformed: expected \(expected), found \(found)"
    case .unsupported(let file, let what, let expected, let found):
      "\(file): \(what) is not supported: expected \(expected), found \(found)"
    case .tooLarge(let file, let what, let limit, let found):
      "\(file): \(what) is too large: the limit is \(limit), found \(found)"
    case .missing(let file, let what, let found):
      "\(file): \(what) is missing: found \(found)"
    case .invalid(let what, let expected, let found):
      "\(what): expected \(expected), found \(found)"
    }
  }
}
