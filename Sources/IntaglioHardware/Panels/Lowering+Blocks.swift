import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite

/// A part of one matrix product that a panel takes as it is.
struct ProductBlock {
  /// Among the placements of a trace.
  let positions: [Int]
  /// Where the factors start in the elements of the operands.
  let lhs: Int
  let rhs: Int
  let rows: Range<Int>
  let columns: Range<Int>
  /// Whether rows of the product are words of the panel; otherwise its columns are.
  let rowsAreWords: Bool
  let firstWord: Int
  /// How many lanes before the block are left to constants.
  let firstLane: Int

  /// Where the elements of a factor are wanted: a word for each of the `depth` that are summed up, a lane for
  /// each of `lines`, which become words of the result or lanes.
  fileprivate func placements(
    of lines: Range<Int>,
    depth: Int,
    areWords: Bool,
    element: (_ line: Int, _ k: Int) -> Int
  ) -> [Placement] {
    lines.flatMap { line in
      (0..<depth).map { k in
        Placement(
          element: element(line, k),
          word: k,
          lane: line - lines.lowerBound + (areWords ? 0 : firstLane)
        )
      }
    }
  }
}

extension Lowering {
  /// The products that the traced elements are results of.
  func products(of trace: PanelTrace) throws(LoweringError) -> [ProductBlock] {
    let operands = graph[trace.value].operands.map { graph.type(of: $0).shape }
    guard operands.allSatisfy({ $0.count >= 2 }) else {
      throw fault(trace.value, "a product with a vector; reshape it to a matrix")
    }
    let batch = MatrixBatch(operands[0], operands[1], result: trace.shape(in: graph))
    var groups: [Int: [Int]] = [:]
    for (position, placement) in trace.placements.enumerated() {
      groups[placement.element / (batch.rows * batch.columns), default: []].append(position)
    }
    var blocks: [ProductBlock] = []
    for (product, positions) in groups.sorted(by: { $0.key < $1.key }) {
      guard let block = block(positions, of: trace, product, in: batch) else {
        throw fault(
          trace.value,
          "its reader takes neither rows nor columns of the product one after the other; "
            + "reshape so that a matrix stays a matrix"
        )
      }
      blocks.append(block)
    }
    return blocks
  }

  /// The part of matrix product number `product` that stands at `positions`.
  ///
  /// - Returns: `nil` unless that is some rows of some columns, one of them word by word.
  private func block(
    _ positions: [Int],
    of trace: PanelTrace,
    _ product: Int,
    in batch: MatrixBatch
  ) -> ProductBlock? {
    let places = positions.map { position in
      let placement = trace.placements[position]
      return (
        row: placement.element / batch.columns % batch.rows,
        column: placement.element % batch.columns, placement.word, placement.lane
      )
    }
    let rows = places.map(\.row).bounds
    let columns = places.map(\.column).bounds
    let firstWord = places.map(\.2).bounds.lowerBound
    let firstLane = places.map(\.3).bounds.lowerBound
    let direct = places.allSatisfy { row, column, word, lane in
      word - firstWord == row - rows.lowerBound && lane - firstLane == column - columns.lowerBound
    }
    let turned = places.allSatisfy { row, column, word, lane in
      word - firstWord == column - columns.lowerBound && lane - firstLane == row - rows.lowerBound
    }
    guard positions.count == rows.count * columns.count, direct || turned else { return nil }
    return ProductBlock(
      positions: positions,
      lhs: batch.lhs[product],
      rhs: batch.rhs[product],
      rows: rows,
      columns: columns,
      rowsAreWords: direct,
      firstWord: firstWord,
      firstLane: firstLane
    )
  }

  /// Adds the product whose results are `block` of `trace`.
  mutating func fill(
    _ panel: PanelIndex,
    _ trace: PanelTrace,
    _ block: ProductBlock,
    beside: [[Int: Int]]?
  ) throws(LoweringError) {
    let depth = graph.type(of: graph[trace.value].operands[0]).shape.last ?? 1
    let part = trace.part(block.positions, of: trace.value) { $0 }
    let zeroPoints = (try zeroPoint(.left, of: part), try zeroPoint(.right, of: part))
    let (left, right) = try operands(of: block, trace.value, depth: depth, less: zeroPoints)
    // With both subtracted, what the program adds for the two of them is already there.
    let epilogue = try epilogues(
      of: part,
      firstWord: block.firstWord,
      less: depth * zeroPoints.0 * zeroPoints.1,
      beside: block.firstLane > 0 ? beside : nil
    )
    let accumulator = try sums(of: trace.value, left, right, depth)
    let product = PanelProduct(
      rows: block.rowsAreWords ? left : right,
      columns: block.rowsAreWords ? right : left,
      depth: depth,
      accumulator: accumulator,
      epilogue: epilogue,
      residual: try residual(of: part, firstWord: block.firstWord)
    )
    add(.product(product), trace.value, panel, firstWord: block.firstWord)
  }

  /// The panels of both factors of `block`, a part of `product`.
  private mutating func operands(
    of block: ProductBlock,
    _ product: Value,
    depth: Int,
    less zeroPoints: (Int, Int)
  ) throws(LoweringError) -> (left: PanelIndex, right: PanelIndex) {
    let operands = graph[product].operands
    let width = graph.type(of: operands[1]).shape.last ?? 1
    let left = try panel(
      for: Demand(
        value: operands[0],
        placements: block.placements(
          of: block.rows,
          depth: depth,
          areWords: block.rowsAreWords
        ) { row, k in block.lhs + row * depth + k },
        zeroPoint: zeroPoints.0
      )
    )
    let right = try panel(
      for: Demand(
        value: operands[1],
        placements: block.placements(
          of: block.columns,
          depth: depth,
          areWords: !block.rowsAreWords
        ) { column, k in block.rhs + k * width + column },
        zeroPoint: zeroPoints.1
      )
    )
    return (left, right)
  }

  /// The zero point that is subtracted from one factor of the product that `part` stands at.
  private func zeroPoint(
    _ factor: EpilogueParameters.Factor,
    of part: PanelTrace
  ) throws(LoweringError) -> Int {
    for epilogue in part.epilogues where correction(at: epilogue.node)?.factor == factor {
      let parameters = try self.parameters(of: epilogue.node)
      let found = Set(epilogue.elements.map { parameters[$0] })
      guard found.count == 1, case .zeroPoint(_, let zeroPoint) = found.first else {
        throw fault(
          epilogue.node,
          "zero points vary within a matrix; use one for each head or tensor"
        )
      }
      return zeroPoint
    }
    return 0
  }

  /// What holds every sum of the product, zero points subtracted or not.
  private func sums(
    of value: Value,
    _ left: PanelIndex,
    _ right: PanelIndex,
    _ depth: Int
  ) throws(LoweringError) -> IntegerType {
    let factors = [panels[left.index], panels[right.index]]
    if factors.allSatisfy({ $0.zeroPoint == 0 }) {
      guard let range = program.range(of: value), let type = IntegerType(holding: range) else {
        throw fault(value, "the range of its sums is not known")
      }
      return type
    }
    let largest = factors.reduce(depth) { bound, panel in
      let range = panel.type.range
      return bound * Int(max(range.lowerBound.magnitude, range.upperBound.magnitude))
    }
    guard let type = IntegerType(holding: -largest...largest) else {
      throw fault(value, "its sums do not fit 32 bits")
    }
    return type
  }

  /// The panel of the stream that joins `part`, word by word.
  private mutating func residual(
    of part: PanelTrace,
    firstWord: Int
  ) throws(LoweringError) -> PanelProduct.Residual? {
    for epilogue in part.epilogues {
      guard let residual = epilogue.residual else { continue }
      if case .integer(.quotient) = graph[epilogue.node].operation {
        let panel = try self.panel(for: divisors(of: epilogue, part))
        return PanelProduct.Residual(panel: panel, firstWord: 0, isOneWord: true)
      }
      let panel = try self.panel(
        for: Demand(
          value: residual,
          placements: zip(epilogue.elements, part.placements).map { element, placement in
            Placement(element: element, word: placement.word - firstWord, lane: placement.lane)
          }
        )
      )
      return PanelProduct.Residual(panel: panel, firstWord: 0, isOneWord: false)
    }
    return nil
  }

  /// Adds work on whole rows: row r of the traced value is a lane, its columns are the words.
  ///
  /// `work` says what is done, given the panel of the operand and the rows; it is `nil` where rows
  /// differ in what is done.
  mutating func fill(
    _ panel: PanelIndex,
    _ trace: PanelTrace,
    rowsOf operand: Value,
    _ work: (PanelIndex, Range<Int>) -> PanelStep.Work?
  ) throws(LoweringError) {
    guard trace.epilogues.isEmpty else {
      throw fault(trace.value, "another quantizer follows; remove one of the two")
    }
    let width = trace.shape(in: graph).last ?? 1
    let rows = trace.placements.map { $0.element / width }.bounds
    let firstWord = trace.placements.map(\.word).bounds.lowerBound
    let isWhole = trace.placements.allSatisfy {
      $0.lane == $0.element / width - rows.lowerBound
        && $0.word - firstWord == $0.element % width
    }
    guard isWhole, trace.placements.count == rows.count * width else {
      throw fault(trace.value, "its reader does not take whole rows in their order")
    }
    let source = try self.panel(
      for: Demand(
        value: operand,
        placements: trace.placements.map {
          Placement(element: $0.element, word: $0.word - firstWord, lane: $0.lane)
        }
      )
    )
    guard let work = work(source, rows) else {
      throw fault(trace.value, "its scales vary from row to row; use one scale per head or tensor")
    }
    add(work, trace.value, panel, firstWord: firstWord)
  }

  /// Whether words and lanes of `demand` must be exchanged: what is done differs from lane to lane, or
  /// rows of a norm or softmax are its words.
  func isTransposed(_ demand: Demand) throws(LoweringError) -> Bool {
    try isTransposed(PanelTrace(demand))
  }

  private func isTransposed(_ trace: PanelTrace) throws(LoweringError) -> Bool {
    let node = graph[trace.value]
    guard !known.contains(trace.value), let operation = PanelOperation(node.operation) else {
      return false
    }
    switch operation {
    case .layout(let layout):
      let operand = node.operands[0]
      let sources = layout.sources(from: graph.type(of: operand).shape)
      return try isTransposed(trace.moved(to: operand) { Int(sources[$0]) })
    case .concat(let axis):
      for part in parts(of: trace, axis: axis) where try isTransposed(part) { return true }
      return false
    case .elementwise(let operation):
      let (operand, residual) = try operands(of: trace.value, operation)
      return try isTransposed(trace.continued(by: trace.value, on: operand, residual: residual))
    case .sum: return Set(trace.placements.map(\.word)).count > 1
    case .norm, .softmax, .rowThresholds:
      let width = trace.shape(in: graph).last ?? 1
      let firstWord = trace.placements.map(\.word).bounds.lowerBound
      return !trace.placements.allSatisfy { $0.word - firstWord == $0.element % width }
        && width > 1
    case .product:
      let words = trace.placements.map(\.word)
      for epilogue in trace.epilogues {
        if variesAlongLanes(epilogue, trace) { return true }
        if try parameters(of: epilogue.node).vary(epilogue.elements, within: words) { return true }
      }
      return false
    }
  }
}

extension Collection where Element == Int {
  /// From the least to the greatest element.
  var bounds: Range<Int> {
    guard let least = self.min(), let greatest = self.max() else { return 0..<0 }
    return least..<greatest + 1
  }
}
