/// The elements of one value while a graph is interpreted, row-major; their shape is in the graph.
public enum EvaluatedTensor<Number: Hashable & Sendable, Integer: FixedWidthInteger & Sendable>:
  Hashable, Sendable
{
  case real([Number])
  case integer([Integer])

  /// The elements, `nil` for integers.
  public var reals: [Number]? {
    if case .real(let values) = self { values } else { nil }
  }

  /// The elements, `nil` for reals.
  public var integers: [Integer]? {
    if case .integer(let values) = self { values } else { nil }
  }

  public var count: Int {
    switch self {
    case .real(let values): values.count
    case .integer(let values): values.count
    }
  }

  /// Whether the elements are of the same kind and number as those of `other`.
  func isLike(_ other: Self) -> Bool {
    (reals == nil) == (other.reals == nil) && count == other.count
  }
}

/// What one run of a graph gives.
public struct EvaluationResult<Number: Hashable & Sendable, Integer: FixedWidthInteger & Sendable>:
  Sendable
{
  public typealias Tensor = EvaluatedTensor<Number, Integer>

  /// The outputs of the graph, by name.
  public let outputs: [String: Tensor]
  /// The values that the caller asked to keep.
  public let kept: [Value: Tensor]

  /// The output called `name`.
  public subscript(name: String) -> Tensor? { outputs[name] }
  /// The kept value.
  public subscript(value: Value) -> Tensor? { kept[value] }
}
