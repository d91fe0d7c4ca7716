public import IntaglioGraph
import IntaglioNumerics

/// Gives row thresholds the levels that a lookup makes of their codes.
///
///     before   a ─ row-steps(codes) ─ lookup(codes → levels) ── y
///
///     after    a ─ row-steps(levels) ── y
///
/// A code that grows by several levels at once repeats its threshold. Exact for every table, as long as
/// no row needs more than 255 steps; codes that carry a bound keep their lookup.
public struct AbsorbLookupIntoRowThresholds: RewriteRule {
  public let law = "lookup(table(max x − x)) = (lookup ∘ table)(max x − x)"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    let codes = graph[value].operands.first
    guard
      case .integer(.lookup(let lookup)) = graph[value].operation, let codes,
      case .integer(.rowThresholds(let rows)) = graph[codes].operation, graph.bounds[codes] == nil
    else { return nil }
    let levels = RowThresholds(
      lookup.type,
      tables: rows.tables.map { table in
        let changes = zip(table.codes, table.codes.dropFirst()).map { lookup($1) - lookup($0) }
        return ThresholdTable(
          base: lookup(table.base),
          changes: zip(table.thresholds, changes).map { (threshold: $0, step: $1) }
        )
      },
      fallsFromLargest: rows.fallsFromLargest
    )
    let operand = graph[codes].operands[0]
    guard levels.fits(graph.type(of: operand).shape) else { return nil }
    return try graph.append(
      .integer(.rowThresholds(levels)),
      operand,
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
