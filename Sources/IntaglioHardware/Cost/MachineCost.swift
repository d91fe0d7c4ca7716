public import IntaglioNumerics

/// What a machine takes for one input, by the cycle model: no simulation.
public struct MachineCost: Hashable, Sendable {
  public let steps: [StepCost]
  /// From the last beat in to the first beat out.
  public let cycles: Int
  /// Rows, and columns, of the array.
  public let tile: Int
  /// Lanes that have units for whole rows, and columns that have them for sums.
  public let rowLanes: Int
  public let drainLanes: Int
  /// Products that an element adds in a cycle.
  public let products: Int
  /// Of the array's two edges.
  public let rowOperand: IntegerType
  public let columnOperand: IntegerType
  /// Of the widest weights, as elements take them.
  public let weightWidth: Int
  /// Constants at their own width: what a host loads once, or for every input when the chip has no room.
  public let weightBits: Int
  /// Thresholds, multipliers and channels of norms, as their memories hold them.
  public let tableBits: Int
  /// What comes in and goes out, without the padding of beats.
  public let inputBits: Int
  public let outputBits: Int
  /// Units behind the sums that such a column has: for streams, for quotients, and tables of functions
  /// behind streams.
  public let streamUnits: Int
  public let quotientUnits: Int
  public let lookupTables: Int
  /// Units for whole rows that such a lane has.
  public let normUnits: Int
  public let softmaxUnits: Int
  public let rowThresholdUnits: Int

  public init(_ machine: TileMachine) {
    let (shape, timing) = (machine.shape, machine.timing)
    let program = shape.schedule.program
    let heads = program.heads
    steps = program.steps.indices.map { index in
      StepCost(
        program.steps[index],
        of: program,
        head: heads[index],
        cycles: timing.steps[index].busy,
        slices: timing.steps[index].slices
      )
    }
    cycles = timing.latency
    tile = shape.tile
    products = shape.products
    (rowLanes, drainLanes) = (shape.rowGroups.width, shape.drainGroups.width)
    (rowOperand, columnOperand) = (shape.array.rowOperand, shape.array.columnOperand)
    weightWidth =
      program.constants.keys.flatMap { shape.schedule.digits(of: $0).types }.map(\.bits).max() ?? 0
    weightBits = program.constants.keys.reduce(0) { $0 + program[$1].bits }
    tableBits = machine.tables.reduce(0) { $0 + $1.bits * $1.words.count }
    inputBits = program.inputs.reduce(0) { $0 + program[$1.panel].bits }
    outputBits = program.outputs.reduce(0) { $0 + program[$1.panel].bits }
    quotientUnits = shape.streams.count { if case .quotient = $0 { true } else { false } }
    streamUnits = shape.streams.count - quotientUnits
    lookupTables = shape.lookups.count
    func rowUnits(_ isMeant: (RowFunctionUnit) -> Bool) -> Int {
      shape.rowUnits.count(where: isMeant)
    }
    softmaxUnits = rowUnits { if case .softmax = $0 { true } else { false } }
    normUnits = rowUnits { if case .norm = $0 { true } else { false } }
    rowThresholdUnits = rowUnits { if case .steps = $0 { true } else { false } }
  }

  /// Multiply-accumulates that the array can do in a cycle.
  public var elements: Int { tile * tile * products }

  public var multiplyAccumulates: Int { steps.reduce(0) { $0 + $1.multiplyAccumulates } }

  /// Multiply-accumulates over those that the array could do in all cycles.
  public var utilization: Double { Double(multiplyAccumulates) / Double(cycles * elements) }

  /// What crosses the boundary for one input when weights and tables come from outside each time, and no
  /// intermediate leaves.
  public var offChipBytes: Int { (weightBits + tableBits + inputBits + outputBits + 7) / 8 }

  /// The same when weights and tables stay inside.
  public var streamBytes: Int { (inputBits + outputBits + 7) / 8 }

  /// What moves when every step runs alone, with operands and results outside.
  public var separateBytes: Int { steps.reduce(0) { $0 + StepCost.bytesAlone([$1]) } }

  /// How long it takes when no more than `bandwidth` bytes a cycle come from outside.
  public func cycles(bandwidth: Double) -> Int {
    max(cycles, Int((Double(offChipBytes) / bandwidth).rounded(.up)))
  }
}

extension StepCost {
  init(_ step: PanelStep, of program: PanelProgram, head: Int?, cycles: Int, slices: Int) {
    name = step.name
    work = step.work.title
    self.head = head
    self.cycles = cycles
    self.slices = slices
    multiplyAccumulates = program.multiplyAccumulates(of: step)
    let result = program[step.result]
    lanes = result.lanes
    switch step.work {
    case .product(let product):
      kind = .product
      words = program[product.rows].lanes
      switch product.epilogue.first {
      case .thresholds: epilogue = .thresholds
      case .scaledSum(let stream): epilogue = stream.quotient == nil ? .scaledSum : .quotient
      case nil, .some(.none): epilogue = Epilogue.none
      }
    case .transposition(let source):
      (kind, epilogue) = (.transposition, nil)
      words = program[source].lanes
    case .norm(_, let source):
      (kind, epilogue) = (.norm, nil)
      words = program[source].depth
    case .softmax(_, let source):
      (kind, epilogue) = (.softmax, nil)
      words = program[source].depth
    case .rowThresholds(_, let source):
      (kind, epilogue) = (.rowThresholds, nil)
      words = program[source].depth
    }
    func read(_ isConstant: Bool) -> [PanelIndex: Int] {
      let panels = Set(step.sources).filter { (program.constants[$0] != nil) == isConstant }
      return Dictionary(uniqueKeysWithValues: panels.map { ($0, program[$0].bits) })
    }
    (constants, activations) = (read(true), read(false))
    writtenBits = words * result.lanes * result.type.bits
  }
}

extension Panel {
  /// Of all its numbers.
  fileprivate var bits: Int { count * type.bits }
}
