public import IntaglioGraph

/// The elements of one value while the reference computes, row-major.
///
/// Their shape is in the graph.
public enum ReferenceTensor: Hashable, Sendable {
  case real([Float])
  case integer([Int32])

  /// The elements, `nil` for integers.
  public var reals: [Float]? {
    if case .real(let values) = self { values } else { nil }
  }

  /// The elements, `nil` for reals.
  public var integers: [Int32]? {
    if case .integer(let values) = self { values } else { nil }
  }

  /// Every element as a float, rounded where an integer needs more than 24 bits.
  public var floats: [Float] {
    switch self {
    case .real(let values): values
    case .integer(let values): values.map(Float.init)
    }
  }

  public var count: Int {
    switch self {
    case .real(let values): values.count
    case .integer(let values): values.count
    }
  }
}

/// What one run of the reference gives.
public struct ReferenceResult: Sendable {
  /// The outputs of the graph, by name.
  public let outputs: [String: ReferenceTensor]
  /// The values that the caller asked to keep.
  public let kept: [Value: ReferenceTensor]

  /// The output called `name`.
  public subscript(name: String) -> ReferenceTensor? { outputs[name] }
  /// The kept value.
  public subscript(value: Value) -> ReferenceTensor? { kept[value] }
}
