extension Verilog {
  /// Why a tree is no module.
  public struct ModuleError: Error, Hashable, Sendable, CustomStringConvertible {
    public let module: String
    public let fault: Fault

    public var description: String { "module \(module): \(fault)" }
  }

  public enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not a plain identifier, or a word of the language.
    case name(String)
    case declaredTwice(String)
    /// Not declared, declared later, or declared differently.
    case undeclared(String)
    /// An array where a word is meant, or the other way round.
    case wordExpected(String)
    case arrayExpected(String)
    case type(at: String, expected: SignalType, found: SignalType)
    /// A number that its type does not hold.
    case literal(String, SignalType)
    /// An extension that would lose bits or a sign.
    case widening(of: String, from: SignalType, to: SignalType)
    case index(of: String, found: ClosedRange<Int>, expected: ClosedRange<Int>)
    case loopIndex(String)
    case driverMissing(String)
    case drivenTwice(String)
    /// An input, or a wire in a process, or a register outside of one.
    case notAssignable(String)
    case port(String, instance: String)

    public var description: String {
      switch self {
      case .name(let name): "'\(name)' is no name for a signal or module"
      case .declaredTwice(let name): "'\(name)' is declared twice"
      case .undeclared(let name): "'\(name)' is used before it is declared, or not as declared"
      case .wordExpected(let name): "'\(name)' is an array; a word of it is expected"
      case .arrayExpected(let name): "'\(name)' is no array"
      case .type(let place, let expected, let found):
        "\(place): expected \(expected), found \(found)"
      case .literal(let value, let type): "\(value) does not fit \(type)"
      case .widening(let name, let from, let to): "'\(name)' of \(from) cannot be extended to \(to)"
      case .index(let name, let found, let expected):
        "'\(name)': index \(found) is not within \(expected)"
      case .loopIndex(let name): "loop index '\(name)' is unknown here, or used twice"
      case .driverMissing(let name): "nothing drives '\(name)'"
      case .drivenTwice(let name): "two items drive '\(name)'"
      case .notAssignable(let name): "'\(name)' cannot be assigned here"
      case .port(let port, let instance):
        "instance \(instance): port '\(port)' is missing or unknown"
      }
    }
  }
}
