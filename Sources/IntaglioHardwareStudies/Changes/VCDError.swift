/// What is wrong with a value change dump.
public struct VCDError: Error, Hashable, Sendable, CustomStringConvertible {
  public let file: String
  public let fault: Fault

  public enum Fault: Hashable, Sendable {
    case unreadable
    /// It ends before its first change.
    case truncated
    case noTimescale
    case noSignal(String)
    case unexpected(String, line: Int)
  }

  init(_ file: String, _ fault: Fault) { (self.file, self.fault) = (file, fault) }

  public var description: String {
    switch fault {
    case .unreadable: "\(file): cannot be read"
    case .truncated: "\(file): ends before its first change"
    case .noTimescale: "\(file): no timescale"
    case .noSignal(let name): "\(file): no signal '\(name)'"
    case .unexpected(let text, let line): "\(file):\(line): '\(text)' is not expected here"
    }
  }
}
