public import IntaglioGraph
import IntaglioNumerics
public import IntaglioRewrite

extension PanelProgram {
  /// The part of `program` between `inputs` and `outputs` as work on panels.
  ///
  /// Every value that a product, a norm, a softmax or a residual sum reads becomes panels that lie
  /// as the reader wants them; what stands between is traced element by element, so every order of
  /// reshapes, transpositions, slices and concatenations is understood and costs nothing.
  ///
  /// - Parameters:
  ///   - program: nothing but integers.
  ///   - inputs: where the part begins; integers.
  ///   - outputs: where it ends; rows of the last axis become lanes.
  /// - Throws: `LoweringError` with the node that does not fit.
  public init(
    _ program: IntegerOnlyGraph,
    from inputs: [Value],
    to outputs: [Value]
  ) throws(LoweringError) {
    var lowering = Lowering(program.program, inputs: Set(inputs))
    self.init()
    for output in outputs {
      let shape = program.graph.type(of: output).shape
      let width = shape.last ?? 1
      let count = shape.reduce(1, *)
      let demand = Demand(
        value: output,
        placements: (0..<count).map { Placement(element: $0, word: $0 % width, lane: $0 / width) }
      )
      let panel = try lowering.panel(for: demand)
      self.outputs.append(
        Port(value: output, panel: panel, elements: demand.grid)
      )
    }
    panels = lowering.panels
    constants = lowering.constants
    steps = lowering.steps
    self.inputs = lowering.inputs
  }
}

/// Where one element of a value stands in a panel.
struct Placement: Hashable {
  var element: Int
  var word: Int
  var lane: Int
}

/// Elements of a value as a panel; every place of the panel is taken once.
struct Demand: Hashable {
  let value: Value
  /// In the order of words, then lanes.
  let placements: [Placement]
  let depth: Int
  let lanes: Int
  /// What is subtracted from every element.
  let zeroPoint: Int

  init(value: Value, placements: [Placement], zeroPoint: Int = 0) {
    self.value = value
    self.zeroPoint = zeroPoint
    self.placements = placements.sorted { ($0.word, $0.lane) < ($1.word, $1.lane) }
    depth = (placements.map(\.word).max() ?? -1) + 1
    lanes = (placements.map(\.lane).max() ?? -1) + 1
  }

  var elements: [Int] { placements.map(\.element) }
  /// The element at every place, −1 where a lane is empty.
  var grid: [Int] {
    var grid = [Int](repeating: -1, count: depth * lanes)
    for placement in placements {
      grid[placement.word * lanes + placement.lane] = placement.element
    }
    return grid
  }
  /// How many lanes before the first one are empty.
  var firstLane: Int { placements.map(\.lane).min() ?? 0 }
  var isComplete: Bool { placements.count == depth * (lanes - firstLane) }
  /// The same with words and lanes exchanged.
  var transposed: Demand {
    Demand(
      value: value,
      placements: placements.map { Placement(element: $0.element, word: $0.lane, lane: $0.word) },
      zeroPoint: zeroPoint
    )
  }
}

/// Makes the panels that readers ask for, and the steps that fill them, from the results backwards.
struct Lowering {
  let program: IntegerGraph
  let known: Set<Value>
  private(set) var panels: [Panel] = []
  private(set) var constants: [PanelIndex: [Int]] = [:]
  private(set) var steps: [PanelStep] = []
  private(set) var inputs: [PanelProgram.Port] = []
  private var made: [Demand: PanelIndex] = [:]

  init(_ program: IntegerGraph, inputs: Set<Value>) {
    self.program = program
    known = inputs
    let graph = program.graph
    normalized = Set(
      graph.live.compactMap { value in
        if case .integer(.norm) = graph[value].operation { graph[value].operands[0] } else { nil }
      }
    )
  }

  /// Panels of so many ones, by how many.
  private var ones: [Int: PanelIndex] = [:]
  /// How many places behind the point the numbers of each quotient have.
  var quotientShifts: [Value: Int] = [:]

  /// A word with a one for each of `depth` words of another panel.
  mutating func ones(depth: Int) -> PanelIndex {
    if let panel = ones[depth] { return panel }
    let panel = PanelIndex(index: panels.count)
    panels.append(
      Panel(name: "ones", type: .u(1), zeroPoint: 0, depth: depth, lanes: 1)
    )
    constants[panel] = Array(repeating: 1, count: depth)
    ones[depth] = panel
    return panel
  }

  /// Streams that a norm reads whole, and so are there whole whoever else reads a part.
  private let normalized: Set<Value>

  /// The same elements of an input, where only layouts stand between.
  private func ofInput(_ demand: Demand) -> Demand {
    var (value, placements) = (demand.value, demand.placements)
    while !known.contains(value) {
      guard case .layout(let layout) = graph[value].operation else { return demand }
      value = graph[value].operands[0]
      let sources = layout.sources(from: graph.type(of: value).shape)
      placements = placements.map {
        Placement(element: Int(sources[$0.element]), word: $0.word, lane: $0.lane)
      }
    }
    return Demand(value: value, placements: placements, zeroPoint: demand.zeroPoint)
  }

  /// The whole of a stream in place of its first tokens.
  private func widened(_ demand: Demand) -> Demand {
    let shape = graph.type(of: demand.value).shape
    guard normalized.contains(demand.value), let width = shape.last,
      shape.dropLast(2).allSatisfy({ $0 == 1 }),
      demand.placements.allSatisfy({
        $0.word == $0.element % width && $0.lane == $0.element / width
      })
    else { return demand }
    return Demand(
      value: demand.value,
      placements: (0..<shape.reduce(1, *)).map {
        Placement(element: $0, word: $0 % width, lane: $0 / width)
      },
      zeroPoint: demand.zeroPoint
    )
  }

  private func isConstant(_ part: PanelTrace) -> Bool { constant(part) != nil }

  /// The constant that `part` leads to through layouts alone, and its elements.
  private func constant(_ part: PanelTrace) -> PanelTrace? {
    if graph.constant(part.value)?.integers != nil, part.epilogues.isEmpty { return part }
    guard case .layout(let layout) = graph[part.value].operation else { return nil }
    let operand = graph[part.value].operands[0]
    let sources = layout.sources(from: graph.type(of: operand).shape)
    return constant(part.moved(to: operand) { Int(sources[$0]) })
  }

  /// The numbers of constant parts, by word and lane; `nil` where there are none.
  private func constants(of parts: [PanelTrace]) -> [[Int: Int]]? {
    let found = parts.compactMap { constant($0) }
    guard !found.isEmpty else { return nil }
    let depth = (found.flatMap { $0.placements.map(\.word) }.max() ?? -1) + 1
    var numbers = [[Int: Int]](repeating: [:], count: depth)
    for part in found {
      let elements = graph.constant(part.value)?.integers ?? []
      for placement in part.placements {
        numbers[placement.word][placement.lane] = elements[placement.element]
      }
    }
    return numbers
  }

  var graph: Graph { program.graph }

  func fault(_ value: Value, _ reason: String) -> LoweringError {
    LoweringError(node: graph.label(of: value), reason: reason)
  }

  /// The panel with what `demand` asks for, complete after the steps so far.
  mutating func panel(for demand: Demand) throws(LoweringError) -> PanelIndex {
    let demand = widened(ofInput(demand))
    if let panel = made[demand] { return panel }
    guard demand.isComplete, !demand.placements.isEmpty else {
      throw fault(demand.value, "its elements do not fill a matrix; only whole matrices are read")
    }
    let panel: PanelIndex
    if known.contains(demand.value) {
      guard demand.zeroPoint == 0 else {
        throw fault(demand.value, "its codes have a zero point; begin before their quantizer")
      }
      panel = try reserve(demand)
      inputs.append(
        PanelProgram.Port(value: demand.value, panel: panel, elements: demand.grid)
      )
    } else if demand.firstLane > 0 {
      throw fault(demand.value, "constants stand before it along its tokens; begin behind them")
    } else if let tensor = graph.constant(demand.value), let numbers = tensor.integers {
      panel = try reserve(demand)
      constants[panel] = demand.elements.map { numbers[$0] - demand.zeroPoint }
    } else if try isTransposed(demand) {
      guard try !isTransposed(demand.transposed) else {
        throw fault(
          demand.value,
          "what is done with it varies along both axes; give one constant per channel or per token"
        )
      }
      let source = try self.panel(for: demand.transposed)
      panel = try reserve(demand)
      add(.transposition(of: source), demand.value, panel, firstWord: 0)
    } else {
      panel = try reserve(demand)
      try fill(panel, PanelTrace(demand))
    }
    made[demand] = panel
    return panel
  }

  private mutating func reserve(_ demand: Demand) throws(LoweringError) -> PanelIndex {
    guard let type = graph.type(of: demand.value).integer else {
      throw fault(demand.value, "it is real; only programs of nothing but integers become hardware")
    }
    let panel = PanelIndex(index: panels.count)
    var range = type.bits <= 16 ? type.range : program.range(of: demand.value) ?? type.range
    if case .integer(.rowThresholds(let steps)) = graph[demand.value].operation {
      // Levels rarely fill their type, and the array is as wide as they are.
      let codes = steps.tables.values.flatMap(\.codes)
      range = (codes.min() ?? 0)...(codes.max() ?? 0)
    }
    let stored = range.lowerBound - demand.zeroPoint...range.upperBound - demand.zeroPoint
    panels.append(
      Panel(
        name: graph.label(of: demand.value),
        type: IntegerType(holding: stored) ?? type,
        zeroPoint: demand.zeroPoint,
        depth: demand.depth,
        lanes: demand.lanes
      )
    )
    return panel
  }

  mutating func add(_ work: PanelStep.Work, _ value: Value, _ panel: PanelIndex, firstWord: Int) {
    steps.append(
      PanelStep(name: graph.label(of: value), work: work, result: panel, firstWord: firstWord)
    )
  }

  /// Puts what `trace` leads to into `panel`.
  ///
  /// `beside` are the numbers of the lanes that constants fill, by word and lane.
  mutating func fill(
    _ panel: PanelIndex,
    _ trace: PanelTrace,
    beside: [[Int: Int]]? = nil
  ) throws(LoweringError) {
    let node = graph[trace.value]
    guard let operation = PanelOperation(node.operation) else {
      throw fault(
        trace.value,
        "\(node.operation.name) has no hardware between integers; begin the module behind it"
      )
    }
    switch operation {
    case .layout(let layout):
      let operand = node.operands[0]
      let sources = layout.sources(from: graph.type(of: operand).shape)
      try fill(panel, trace.moved(to: operand) { Int(sources[$0]) }, beside: beside)
    case .concat(let axis):
      let parts = parts(of: trace, axis: axis)
      var beside = constants(of: parts)
      for part in parts where !isConstant(part) {
        try fill(panel, part, beside: beside)
        beside = nil
      }
    case .elementwise(let operation):
      let (operand, residual) = try operands(of: trace.value, operation)
      try fill(
        panel,
        trace.continued(by: trace.value, on: operand, residual: residual),
        beside: beside
      )
    case .product:
      for block in try products(of: trace) { try fill(panel, trace, block, beside: beside) }
    case .sum(let axis): try fill(panel, trace, sumsAlong: axis)
    case .rowThresholds(let steps):
      let shape = trace.shape(in: graph)
      try fill(panel, trace, rowsOf: node.operands[0]) { source, rows in
        steps.onOneRow(rows: rows, shape: shape).map { .rowThresholds($0, of: source) }
      }
    case .norm(let norm):
      let shape = trace.shape(in: graph)
      try fill(panel, trace, rowsOf: node.operands[0]) { source, rows in
        norm.onOneRow(rows: rows, shape: shape).map { .norm($0, of: source) }
      }
    case .softmax(let softmax):
      let shape = trace.shape(in: graph)
      try fill(panel, trace, rowsOf: node.operands[0]) { source, rows in
        softmax.onOneRow(rows: rows, shape: shape).map { .softmax($0, of: source) }
      }
    }
  }
}
