public import IntaglioGraph
import IntaglioNumerics

/// Turns whatever is computed, element by element, between codes and the next quantizer into a table.
///
///     before   a ─ dequantize ─┬─ erf ─ quantize ─ dequantize ─ (+ 1) ─┐
///                              └───────────────────────────────────────┴─ multiply ─ quantize ── y
///
///     after    a ─ lookup(code of y for each code of a) ── y
///
/// The codes a have at most 8 bits, and so have those of y. Between may stand any functions, arithmetic
/// with constants or with other functions of the same codes, and further quantizers: exporters that
/// quantize every operator write GELU so. Exact: each entry is proved, ties included. Where scales
/// or constants vary, each element has its own table, as breakpoints. Where constants alone are added, sums of
/// integers do the same.
public struct AbsorbFunctionIntoLookup: RewriteRule {
  public let law = "quantize(f(a), a) = table(a)"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      isCandidate(value, in: graph),
      let type = graph.type(of: value).integer, type.bits <= 8,
      let function = CodeFunction(value, in: graph),
      let index = graph.type(of: function.source).integer,
      // A lookup of the codes themselves is what this makes.
      function.steps.count > 1, !function.onlyAdds(in: graph),
      function.steps.allSatisfy({ graph.bounds[$0] == nil }),
      let tables = function.tables(in: graph)
    else { return nil }
    let operation: IntegerFunction
    if let entries = tables.uniform {
      operation = .lookup(LookupFunction(type, index: index, entries: entries))
    } else {
      operation = .thresholds(MultiThreshold(type, tables: tables.map { index.thresholds($0) }))
    }
    return try graph.append(
      .integer(operation),
      function.source,
      name: graph.name(of: value)
    )
  }

  /// The reals that are left, and how many tables stand behind each other.
  public func measure(_ graph: Graph) -> Int {
    var depths: [Value: Int] = [:]
    var total = 0
    for value in graph.live {
      let depth = graph[value].operands.compactMap { depths[$0] }.max() ?? 0
      var follows = graph.isTable(value)
      if case .requantize = graph[value].operation, depth > 0 { follows = true }
      guard follows else { continue }
      depths[value] = depth + 1
      total += depth + 1
    }
    return graph.realWork << 16 + total
  }

  /// Whether `value` has a quantizer behind reals, or a table behind another.
  private func isCandidate(_ value: Value, in graph: Graph) -> Bool {
    guard let operand = graph[value].operands.first else { return false }
    switch graph[value].operation {
    case .quantize: return graph.dequantized(operand) == nil
    case .requantize, .integer(.lookup): return graph.isTable(operand)
    default: return false
    }
  }
}

extension Graph {
  /// Whether `value` is looked up by codes of at most 8 bits.
  fileprivate func isTable(_ value: Value) -> Bool {
    guard case .integer(.lookup(let lookup)) = self[value].operation else { return false }
    return lookup.index.bits <= 8
  }
}

extension IntegerType {
  /// The entries of a table of every number of this type as breakpoints.
  fileprivate func thresholds(_ entries: [Int]) -> ThresholdTable {
    let changes = zip(entries, entries.dropFirst()).enumerated().map { index, pair in
      (threshold: range.lowerBound + index + 1, step: pair.1 - pair.0)
    }
    return ThresholdTable(base: entries[0], changes: changes.filter { $0.step != 0 })
  }
}
