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
      let isWhole = positions.count == rows.count * columns.count
      let direct = places.allSatisfy { row, column, word, lane in
        word - firstWord == row - rows.lowerBound && lane - firstLane == column - columns.lowerBound
      }
      let turned = places.allSatisfy { row, column, word, lane in
        word - firstWord == column - columns.lowerBound && lane - firstLane == row - rows.lowerBound
      }
      guard isWhole, direct || turned else {
        throw fault(
          trace.value,
          "its reader takes neither rows nor columns of the product one after the other; "
            + "reshape so that a matrix stays a matrix"
        )
      }
      blocks.append(
        ProductBlock(
          positions: positions,
          lhs: batch.lhs[product],
          rhs: batch.rhs[product],
          rows: rows,
          columns: columns,
          rowsAreWords: direct,
          firstWord: firstWord,
          firstLane: firstLane
        )
      )
    }
    return blocks
  }

  /// Adds the product whose results are `block` of `trace`.
  mutating func fill(
    _ panel: PanelIndex,
    _ trace: PanelTrace,
    _ block: ProductBlock,
    beside: [[Int: Int]]?
  ) throws(LoweringError) {
    let operands = graph[trace.value].operands
    let depth = graph.type(of: operands[0]).shape.last ?? 1
    let width = graph.type(of: operands[1]).shape.last ?? 1
    let part = trace.part(block.positions, of: trace.value) { $0 }
    let zeroPoints = (try zeroPoint(.left, of: part), try zeroPoint(.right, of: part))
    let left = try self.panel(
      for: Demand(
        value: operands[0],
        placements: block.rows.flatMap { row in
          (0..<depth).map { k in
            Placement(
              element: block.lhs + row * depth + k,
              word: k,
              lane: row - block.rows.lowerBound + (block.rowsAreWords ? 0 : block.firstLane)
            )
          }
        },
        zeroPoint: zeroPoints.0
      )
    )
    let right = try self.panel(
      for: Demand(
        value: operands[1],
        placements: block.columns.flatMap { column in
          (0..<depth).map { k in
            Placement(
              element: block.rhs + k * width + column,
              word: k,
              lane: column - block.columns.lowerBound + (block.rowsAreWords ? block.firstLane : 0)
            )
          }
        },
        zeroPoint: zeroPoints.1
      )
    )
    // With both taken off, what the program adds for the two of them is already there.
    let finish = try finishes(
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
      finish: finish,
      residual: try residual(of: part, firstWord: block.firstWord)
    )
    add(.product(product), trace.value, panel, firstWord: block.firstWord)
  }

  /// The zero point that is taken off one factor of the product that `part` stands at.
  private func zeroPoint(
    _ factor: FinishParameters.Factor,
    of part: PanelTrace
  ) throws(LoweringError) -> Int {
    for finish in part.finishes where correction(at: finish.node)?.factor == factor {
      let parameters = try self.parameters(of: finish.node)
      let found = Set(finish.elements.map { parameters[$0] })
      guard found.count == 1, case .zeroPoint(_, let zeroPoint) = found.first else {
        throw fault(
          finish.node,
          "zero points vary within a matrix; use one for each head or tensor"
        )
      }
      return zeroPoint
    }
    return 0
  }

  /// What holds every sum of the product, zero points taken off or not.
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
    for finish in part.finishes {
      guard let residual = finish.residual else { continue }
      let panel = try self.panel(
        for: Demand(
          value: residual,
          placements: zip(finish.elements, part.placements).map { element, placement in
            Placement(element: element, word: placement.word - firstWord, lane: placement.lane)
          }
        )
      )
      return PanelProduct.Residual(panel: panel, firstWord: 0)
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
    guard trace.finishes.isEmpty else {
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
  func lies(across demand: Demand) throws(LoweringError) -> Bool {
    try lies(across: PanelTrace(demand))
  }

  private func lies(across trace: PanelTrace) throws(LoweringError) -> Bool {
    let node = graph[trace.value]
    guard !known.contains(trace.value) else { return false }
    switch node.operation {
    case .layout(let layout):
      let operand = node.operands[0]
      let sources = layout.sources(from: graph.type(of: operand).shape)
      return try lies(across: trace.moved(to: operand) { Int(sources[$0]) })
    case .concat(let axis):
      for part in parts(of: trace, axis: axis) where try lies(across: part) { return true }
      return false
    case .requantize, .integer(.steps), .integer(.lookup), .integer(.stream), .add, .subtract:
      let (operand, residual) = try operands(of: trace.value)
      return try lies(across: trace.finished(by: trace.value, on: operand, residual: residual))
    case .integer(.norm), .integer(.softmax):
      let width = trace.shape(in: graph).last ?? 1
      let firstWord = trace.placements.map(\.word).bounds.lowerBound
      return !trace.placements.allSatisfy { $0.word - firstWord == $0.element % width }
        && width > 1
    case .matmul:
      let words = trace.placements.map(\.word)
      for finish in trace.finishes
      where try parameters(of: finish.node).vary(finish.elements, within: words) { return true }
      return false
    case .input, .constant, .convolution, .multiply, .sum, .divide, .mean, .function, .softmax,
      .layerNorm, .rmsNorm, .quantize, .dequantize:
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
