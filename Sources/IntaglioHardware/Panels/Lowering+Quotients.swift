import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite

// Rows of sums, and what divides by them.

extension Lowering {
  /// Adds the product with ones whose results are sums of rows.
  mutating func fill(
    _ panel: PanelIndex,
    _ trace: PanelTrace,
    sumsAlong axis: Int
  ) throws(LoweringError) {
    let operand = graph[trace.value].operands[0]
    let shape = graph.type(of: operand).shape
    guard axis == shape.count - 1 else {
      throw fault(
        trace.value,
        "a sum along another axis than the last one; begin the module behind it"
      )
    }
    let depth = shape[axis]
    let firstLane = trace.placements.map(\.lane).bounds.lowerBound
    let source = try self.panel(
      for: Demand(
        value: operand,
        placements: trace.placements.flatMap { place in
          (0..<depth).map {
            Placement(element: place.element * depth + $0, word: $0, lane: place.lane - firstLane)
          }
        }
      )
    )
    let firstWord = trace.placements.map(\.word).bounds.lowerBound
    let range = panels[source.index].type.range
    guard
      let accumulator = IntegerType(holding: range.lowerBound * depth...range.upperBound * depth)
    else { throw fault(trace.value, "its sums do not fit 32 bits") }
    let product = PanelProduct(
      rows: ones(depth: depth),
      columns: source,
      depth: depth,
      accumulator: accumulator,
      epilogue: try epilogues(of: trace, firstWord: firstWord, less: 0, beside: nil),
      residual: nil
    )
    add(.product(product), trace.value, panel, firstWord: firstWord)
  }

  /// What the elements of `epilogue`, a quotient, are divided by: a word, as every lane is a row.
  func divisors(of epilogue: PanelTrace.Epilogue, _ part: PanelTrace) -> Demand {
    let node = graph[epilogue.node]
    let width = graph.type(of: node.operands[0]).shape.last ?? 1
    var elements: [Int: Int] = [:]
    for (element, placement) in zip(epilogue.elements, part.placements) {
      elements[placement.lane] = element / width
    }
    return Demand(
      value: node.operands[1],
      placements: elements.map { Placement(element: $0.value, word: 0, lane: $0.key) }
    )
  }

  /// Whether `epilogue` is a quotient whose rows are not lanes.
  func variesAlongLanes(_ epilogue: PanelTrace.Epilogue, _ trace: PanelTrace) -> Bool {
    guard case .integer(.quotient) = graph[epilogue.node].operation else { return false }
    let shape = graph.type(of: epilogue.node).shape
    let width = shape.last ?? 1
    let heights = shape.dropLast().last ?? 1
    // A lane has a row of every product that the panel is made of.
    var rows: [[Int]: Int] = [:]
    for (element, placement) in zip(epilogue.elements, trace.placements) {
      let row = element / width
      let place = [placement.lane, row / heights]
      if rows[place, default: row] != row { return true }
      rows[place] = row
    }
    return false
  }

  /// Finds how many places the numbers of every quotient among `epilogues` need.
  mutating func decideQuotients(_ epilogues: [PanelTrace.Epilogue]) throws(LoweringError) {
    for node in epilogues.map(\.node) where quotientShifts[node] == nil {
      guard case .integer(.quotient(let quotient)) = graph[node].operation else { continue }
      let divisor = graph[node].operands[1]
      guard isPositive(divisor), let divisors = program.range(of: divisor) else {
        throw fault(
          node,
          "what it divides by could be 0; use 'quantize --without relative-softmax'"
        )
      }
      let lines = Array(Set(quotient.requantizer.lines?.values ?? []))
      let shift = QuotientNumbers.shift(
        for: lines,
        codes: quotient.requantizer.type.range,
        divisors: divisors.upperBound
      )
      guard let shift else {
        throw fault(
          node,
          "no integers of 62 bits divide like it; use 'quantize --without relative-softmax'"
        )
      }
      quotientShifts[node] = shift
    }
  }

  /// The epilogue of a quotient, which `decideQuotients` has seen.
  func quotient(
    _ line: RequantizerLine,
    _ node: Value
  ) throws(LoweringError) -> AccumulatorEpilogue {
    guard case .integer(.quotient(let quotient)) = graph[node].operation,
      let shift = quotientShifts[node],
      let range = program.range(of: graph[node].operands[1]),
      let divisor = IntegerType(holding: 0...max(1, range.upperBound))
    else { throw fault(node, "nothing is known of what it divides by") }
    let type = quotient.requantizer.type
    guard
      let numbers = QuotientNumbers(
        line,
        codes: type.range,
        divisors: range.upperBound,
        shift: shift
      )
    else { throw fault(node, "no integers divide like it") }
    return .scaledSum(
      AccumulatorEpilogue.ScaledSumEpilogue(
        multiplier: numbers.multiplier,
        residualMultiplier: numbers.divisorMultiplier,
        addend: 0,
        shift: shift,
        type: type
      ).over(.init(divisor: divisor, isLeastOdd: (type.range.lowerBound - line.zeroPoint) % 2 != 0))
    )
  }

  /// Whether `value` is a sum of row thresholds, whose nearest code, which is in every row, is positive and none
  /// negative.
  private func isPositive(_ value: Value) -> Bool {
    guard case .sum = graph[value].operation,
      case .integer(.rowThresholds(let steps)) = graph[graph[value].operands[0]].operation
    else { return false }
    return steps.tables.values.allSatisfy { table in
      table(0) > 0 && table.codes.allSatisfy { $0 >= 0 }
    }
  }
}

extension RowThresholds {
  /// The same for the rows `rows` of scores of `shape` alone; `nil` where their tables differ.
  func onOneRow(rows: Range<Int>, shape: [Int]) -> RowThresholds? {
    let indices = tables.indices(over: Array(shape.dropLast()) + [1])
    let found = Set(rows.map { tables.values[Int(indices[$0])] })
    guard found.count == 1, let table = found.first else { return nil }
    return RowThresholds(type, tables: Broadcast(table), fallsFromLargest: fallsFromLargest)
  }
}
