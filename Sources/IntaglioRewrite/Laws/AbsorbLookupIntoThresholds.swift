public import IntaglioGraph
import IntaglioNumerics

/// Counts a lookup's codes where the codes that it looks up were counted.
///
///     before   a ─ steps(codes) ─ lookup(codes → fewer) ── y
///
///     after    a ─ steps(fewer) ── y
///
/// Exact for every table. Only where no more steps are counted than before: a lookup whose entries lie
/// further apart than its codes stays.
public struct AbsorbLookupIntoThresholds: RewriteRule {
  public let law = "lookup(table(a)) = (lookup ∘ table)(a)"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    let codes = graph[value].operands.first
    guard
      case .integer(.lookup(let lookup)) = graph[value].operation, let codes,
      case .integer(.thresholds(let steps)) = graph[codes].operation, graph.bounds[codes] == nil
    else { return nil }
    let tables = steps.tables.map { table in
      let changes = zip(table.codes, table.codes.dropFirst()).map { lookup($1) - lookup($0) }
      return ThresholdTable(
        base: lookup(table.base),
        changes: zip(table.thresholds, changes).map { (threshold: $0, step: $1) }
      )
    }
    func count(_ tables: Broadcast<ThresholdTable>) -> Int {
      tables.values.reduce(0) { $0 + $1.thresholds.count }
    }
    guard count(tables) <= count(steps.tables) else { return nil }
    return try graph.append(
      .integer(.thresholds(MultiThreshold(lookup.type, tables: tables))),
      graph[codes].operands[0],
      name: graph.name(of: value)
    )
  }

  /// The lookups that are left.
  public func measure(_ graph: Graph) -> Int {
    graph.live.count {
      if case .integer(.lookup) = graph[$0].operation { true } else { false }
    }
  }
}
