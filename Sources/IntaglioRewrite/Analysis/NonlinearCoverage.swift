public import IntaglioGraph
public import IntaglioNumerics

/// What became of everything between the multiplications of a program: codes, norms, softmaxes,
/// functions and streams.
public struct NonlinearCoverage: Sendable, Hashable {
  public struct Entry: Sendable, Hashable {
    /// The model's own name of the node.
    public let node: String
    /// Such as `requantize`, `integer-softmax`, `layer-norm`.
    public let operation: String
    /// How it is done, in a few words.
    public let form: String
    /// What it leaves; `nil` for reals.
    public let type: IntegerType?
    public let elements: Int
    /// How far it may be from the model; `nil` where it is exact.
    public let bound: ErrorBound?
  }

  /// In the order of computation.
  public let entries: [Entry]

  public var exact: Int { entries.count { $0.bound == nil } }

  public init(_ graph: Graph) {
    entries = graph.live.compactMap { value in
      guard let form = graph[value].operation.form else { return nil }
      return Entry(
        node: graph.label(of: value),
        operation: graph[value].operation.name,
        form: form,
        type: graph.type(of: value).integer,
        elements: graph.type(of: value).count,
        bound: graph.bounds[value]
      )
    }
  }
}

extension IntaglioGraph.Operation {
  /// How a nonlinear operation is done; `nil` for what is none.
  fileprivate var form: String? {
    if case .requantize(let requantizer) = self {
      return requantizer.type.bits <= 4
        ? "integer thresholds" : "integer multiply and shift, or thresholds"
    }
    if case .integer(let function) = self { return function.form }
    if isQuantize { return "float32, rounded" }
    return family == .function || family == .row ? "float32" : nil
  }
}

extension IntegerFunction {
  fileprivate var form: String {
    switch self {
    case .thresholds(let steps):
      "up to \(steps.tables.values.map(\.thresholds.count).max() ?? 0) thresholds per channel"
    case .lookup(let lookup): "lookup of \(lookup.entries.count) entries"
    case .scaledSum(let stream):
      "\(stream.multipliers.count) term\(stream.multipliers.count == 1 ? "" : "s"), one rounding"
    case .norm(let norm):
      switch norm.method {
      case .exact: "comparison of squares"
      case .fixedPoint(let root): "fixed point, \(root.fractionBits) fraction bits"
      }
    case .softmax(let softmax): softmax.exponential.description
    case .rowThresholds(let rows):
      "up to \(rows.tables.values.map(\.thresholds.count).max() ?? 0) thresholds by distance"
    case .quotient: "one division, exact"
    }
  }
}
