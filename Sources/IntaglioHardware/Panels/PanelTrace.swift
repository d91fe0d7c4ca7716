import IntaglioGraph
import IntaglioNumerics

/// Elements of a value on their way to a panel, and what happens to them before they get there.
struct PanelTrace {
  let value: Value
  let placements: [Placement]
  /// From the value to the panel: the last one stands first.
  let epilogues: [Epilogue]

  /// An elementwise operation, with the position of every placement in its result.
  struct Epilogue {
    let node: Value
    let elements: [Int]
    /// The older stream of a residual sum, or what a quotient divides by.
    let residual: Value?
  }

  init(_ demand: Demand) {
    self.init(value: demand.value, placements: demand.placements, epilogues: [])
  }

  private init(value: Value, placements: [Placement], epilogues: [Epilogue]) {
    (self.value, self.placements, self.epilogues) = (value, placements, epilogues)
  }

  func shape(in graph: Graph) -> [Int] { graph.type(of: value).shape }

  /// The same elements where they stand in `operand`.
  func moved(to operand: Value, _ source: (Int) -> Int) -> PanelTrace {
    let moved = placements.map {
      Placement(element: source($0.element), word: $0.word, lane: $0.lane)
    }
    return PanelTrace(value: operand, placements: moved, epilogues: epilogues)
  }

  /// The operand of the elementwise operation `node`.
  func continued(by node: Value, on operand: Value, residual: Value?) -> PanelTrace {
    let epilogue = Epilogue(node: node, elements: placements.map(\.element), residual: residual)
    return PanelTrace(value: operand, placements: placements, epilogues: epilogues + [epilogue])
  }

  /// The placements at `positions` alone, of `operand`.
  func part(_ positions: [Int], of operand: Value, _ source: (Int) -> Int) -> PanelTrace {
    PanelTrace(
      value: operand,
      placements: positions.map { position in
        let placement = placements[position]
        return Placement(
          element: source(placement.element),
          word: placement.word,
          lane: placement.lane
        )
      },
      epilogues: epilogues.map { epilogue in
        Epilogue(
          node: epilogue.node,
          elements: positions.map { epilogue.elements[$0] },
          residual: epilogue.residual
        )
      }
    )
  }
}

extension Lowering {
  /// The trace in every operand of the concatenation that it stands at.
  func parts(of trace: PanelTrace, axis: Int) -> [PanelTrace] {
    let shape = trace.shape(in: graph)
    let inner = shape[(axis + 1)...].reduce(1, *)
    var parts: [PanelTrace] = []
    var start = 0
    for operand in graph[trace.value].operands {
      let extent = graph.type(of: operand).shape[axis]
      let range = start..<start + extent
      let positions = trace.placements.indices.filter {
        range.contains(trace.placements[$0].element / inner % shape[axis])
      }
      if !positions.isEmpty {
        let first = range.lowerBound
        parts.append(
          trace.part(positions, of: operand) { element in
            let outer = element / (inner * shape[axis])
            let along = element / inner % shape[axis] - first
            return (outer * extent + along) * inner + element % inner
          }
        )
      }
      start += extent
    }
    return parts
  }

  /// The operand that the elementwise operation at `value` continues, and the stream that joins it.
  func operands(
    of value: Value,
    _ operation: PanelOperation.Elementwise
  ) throws(LoweringError) -> (operand: Value, residual: Value?) {
    let node = graph[value]
    switch operation {
    case .addend:
      guard graph.constant(node.operands[1]) != nil || correction(at: value) != nil else {
        throw fault(value, "two computed integers are joined; only constants and streams are")
      }
      return (node.operands[0], nil)
    case .scaledSum where node.operands.count == 2:
      guard isProduct(node.operands[0]) else {
        throw fault(
          value,
          "a residual sum needs a product as its first operand; make the program anew, so that layers of "
            + "two products are added one after the other"
        )
      }
      return (node.operands[0], node.operands[1])
    case .quotient: return (node.operands[0], node.operands[1])
    case .requantize, .thresholds, .lookup, .scaledSum: return (node.operands[0], nil)
    }
  }

  /// What takes the zero points of one factor off a product: product − z · Σ(the other factor).
  struct Correction {
    let factor: EpilogueParameters.Factor
    let zeroPoints: Broadcast<Int>
  }

  /// The correction that `value` is, where it is one.
  func correction(at value: Value) -> Correction? {
    guard graph[value].operation == .subtract else { return nil }
    var (sums, zeroPoints) = (graph[value].operands[1], Broadcast(1))
    if graph[sums].operation == .multiply {
      let factors = graph[sums].operands
      guard let constant = graph.constant(factors[1]), let numbers = constant.integers else {
        return nil
      }
      (sums, zeroPoints) = (factors[0], Broadcast(numbers, shape: constant.shape))
    }
    guard case .sum(let axis) = graph[sums].operation else { return nil }
    var product = graph[value].operands[0]
    while graph[product].operation == .subtract { product = graph[product].operands[0] }
    guard graph[product].operation == .matmul else { return nil }
    let summed = graph[sums].operands[0]
    let rank = graph.type(of: summed).shape.count
    // Σ over k of the right factor carries the zero point of the left one.
    if summed == graph[product].operands[1], axis == rank - 2 {
      return Correction(factor: .left, zeroPoints: zeroPoints)
    }
    if summed == graph[product].operands[0], axis == rank - 1 {
      return Correction(factor: .right, zeroPoints: zeroPoints)
    }
    return nil
  }

  /// Whether `value` is a product, moved and corrected.
  private func isProduct(_ value: Value) -> Bool {
    let node = graph[value]
    return switch PanelOperation(node.operation) {
    case .product: true
    case .layout, .elementwise(.addend): isProduct(node.operands[0])
    case .concat, .elementwise, .norm, .softmax, .rowThresholds, .sum, nil: false
    }
  }
}
