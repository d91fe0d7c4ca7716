/// What is wrong with a liberty file, and where.
public struct LibertyError: Error, Hashable, Sendable, CustomStringConvertible {
  public let file: String
  /// The first line is 1; 0 for the file as a whole.
  public let line: Int
  public let fault: Fault

  public init(file: String, line: Int, fault: Fault) {
    (self.file, self.line, self.fault) = (file, line, fault)
  }

  public enum Fault: Hashable, Sendable {
    case unreadable
    case unterminated(String)
    case expected(String, found: String)
    /// An attribute that the group needs.
    case missing(attribute: String, group: String)
    /// An attribute whose value is not what it should be.
    case value(attribute: String, expected: String, found: String)
    /// A table whose values do not fit its indices.
    case table(expected: [Int], found: Int)
  }

  public var description: String {
    let reason =
      switch fault {
      case .unreadable: "cannot be read"
      case .unterminated(let what): "\(what) has no end"
      case .expected(let expected, let found): "expected \(expected), found '\(found)'"
      case .missing(let attribute, let group): "\(group): no '\(attribute)'"
      case .value(let attribute, let expected, let found):
        "'\(attribute)': expected \(expected), found '\(found)'"
      case .table(let expected, let found):
        "a table of \(expected.map(String.init).joined(separator: " x ")): found \(found) values"
      }
    return line > 0 ? "\(file):\(line): \(reason)" : "\(file): \(reason)"
  }
}
