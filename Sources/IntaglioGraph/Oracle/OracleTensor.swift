/// The elements of one value while the oracle computes, row-major.
///
/// Their shape is in the graph.
public enum OracleTensor<Number: OracleNumber>: Hashable, Sendable {
  case real([Number])
  case integer([Int])

  /// The elements, `nil` for integers.
  public var reals: [Number]? {
    if case .real(let values) = self { values } else { nil }
  }

  /// The elements, `nil` for reals.
  public var integers: [Int]? {
    if case .integer(let values) = self { values } else { nil }
  }

  public var count: Int {
    switch self {
    case .real(let values): values.count
    case .integer(let values): values.count
    }
  }
}

/// What one run of the oracle gives.
public struct OracleResult<Number: OracleNumber>: Sendable {
  /// The outputs of the graph, by name.
  public let outputs: [String: OracleTensor<Number>]
  /// The values that the caller asked to keep.
  public let kept: [Value: OracleTensor<Number>]

  /// The output called `name`.
  public subscript(name: String) -> OracleTensor<Number>? { outputs[name] }
  /// The kept value.
  public subscript(value: Value) -> OracleTensor<Number>? { kept[value] }
}
