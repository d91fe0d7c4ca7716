public import IntaglioGraph

/// Why samples cannot be run.
public enum ExecutionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Samples of another size, or another number of them.
  case inputCount(name: String, sampleSize: Int, samples: Int, found: Int)
  /// The input holds integers, and this is none of them.
  case inputElement(name: String, type: ValueType, found: Float)
  /// An observer put other elements in place of a value.
  case replacement(node: String, type: ValueType, count: Int)

  public var description: String {
    switch self {
    case .inputCount(let name, let size, let samples, let found):
      "input \(name): expected \(samples) samples of \(size) elements, found \(found) elements"
    case .inputElement(let name, let type, let found):
      "input \(name): expected \(type), found \(found)"
    case .replacement(let node, let type, let count):
      "observed \(node): expected \(type) in its place, found \(count) other elements"
    }
  }
}
