/// Why images cannot be scored into a file.
public enum ScoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name of the file does not say how it is written.
  case format(path: String)
  /// Rows of another model, other images or other options.
  case otherRun(part: String, what: String, expected: String, found: String)
  /// Rows of which nothing says what they are.
  case unknownRun(part: String, identity: String)
  /// Something other than a file has the name.
  case noFile(path: String)
  /// A row that is none of these images.
  case row(part: String, line: Int, expected: String)
  /// Another process writes it.
  case inUse(part: String)

  public var description: String {
    switch self {
    case .format(let path): "\(path): expected a name that ends in .jsonl or .csv"
    case .otherRun(let part, let what, let expected, let found):
      "\(part): expected the rows of a run that was interrupted, with the same \(what) (\(expected)), "
        + "found \(found); --restart begins anew"
    case .unknownRun(let part, let identity):
      "\(part): expected \(identity) beside the rows of an interrupted run, which says of which run they are; "
        + "it is missing or of another version; --restart begins anew"
    case .noFile(let path): "\(path): cannot be written: it is not a file"
    case .row(let part, let line, let expected):
      "\(part): line \(line): expected the row of '\(expected)'; images were added, removed or renamed "
        + "meanwhile; --restart begins anew"
    case .inUse(let part): "\(part): another process writes it; wait for it, or give another -o"
    }
  }
}
