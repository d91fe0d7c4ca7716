public import IntaglioHardware
import IntaglioNumerics

/// The units that a part of a program needs, fed with what that part computes for real inputs.
public struct PowerStudy: Sendable {
  private let program: PanelProgram
  /// What `PanelProgram.evaluate` left.
  private let memory: [[Int]]
  /// Rows and columns of the array that the elements are part of.
  private let extent: Int
  /// Streams of operands end after about that many products.
  private let products: Int

  /// - Parameters:
  ///   - program: a part of a model.
  ///   - memory: what `PanelProgram.evaluate` left of an input.
  ///   - extent: rows and columns of the array that the elements are part of.
  ///   - products: streams end with the first whole tile after that many.
  public init(_ program: PanelProgram, memory: [[Int]], extent: Int = 8, products: Int = 2000) {
    self.program = program
    self.memory = memory
    self.extent = extent
    self.products = products
  }

  /// A product of the program with what its first element sees.
  public struct Product: Sendable {
    public let stream: OperandStream
    /// The tiles of all rows, as a weight-stationary array sees them.
    public let allRows: OperandStream
    /// Whether one operand is a constant of the program.
    public let hasWeights: Bool
  }

  /// Every product, in the order of the program.
  public var streams: [Product] {
    program.steps.compactMap { step in
      guard case .product(let product) = step.work,
        let stream = OperandStream(
          step,
          of: program,
          memory: memory,
          extent: extent,
          limit: products
        ),
        let allRows = OperandStream(
          step,
          of: program,
          memory: memory,
          extent: 1,
          limit: program[product.rows].lanes * product.depth
        )
      else { return nil }
      let constants = [product.rows, product.columns].map { program.constants[$0] != nil }
      return Product(
        stream: stream,
        allRows: allRows,
        hasWeights: constants.contains(true)
      )
    }
  }

  /// The first product of every kind: of each layer with weights, and of each pair of operand types
  /// of products of codes, in the order of the program.
  public var kinds: [Product] {
    var seen: Set<[String]> = []
    return streams.filter { product in
      let stream = product.stream
      return seen.insert([
        stream.name, "\(stream.row)", "\(stream.column)", "\(product.hasWeights)",
      ])
      .inserted
    }
  }

  /// Ours and those that it is compared with, on one stream.
  ///
  /// - Parameter product: of `streams`.
  /// - Returns: output stationary, weight stationary, dequantize first (where sums have 16 bits at most),
  ///   bf16, fp16, fp32.
  /// - Throws: `PowerError`.
  public static func elements(_ product: Product) throws(PowerError) -> [PowerSubject] {
    let stream = product.stream
    // Scales as a quantizer might have them: all bits in use, no power of two.
    let (row, column) = (0.0371, 0.0713)
    func floating(
      _ kind: UnitKind,
      _ operand: FloatFormat,
      _ sum: FloatFormat
    ) throws(PowerError) -> PowerSubject {
      try .floating(
        kind,
        FloatMultiplyAdd(operand: operand, sum: sum),
        stream,
        rowScale: row,
        columnScale: column
      )
    }
    // Beyond 16 bits the sum of scaled codes needs more than the 32 that the element has.
    let dequantizing =
      stream.accumulator.bits <= 16
      ? [try PowerSubject.dequantizeFirst(stream, rowScale: 181, columnScale: 203)] : []
    return [
      try .outputStationary(stream),
      try .weightStationary(product.allRows, limit: stream.count),
    ] + dequantizing + [
      try floating(.bf16, .bf16, .fp32), try floating(.fp16, .fp16, .fp16),
      try floating(.fp32, .fp32, .fp32),
    ]
  }

  /// The first unit of each kind that the program needs.
  ///
  /// - Parameter count: how many rows units of whole rows work on.
  /// - Returns: requantizers, softmax, row thresholds, norm, where there are any.
  /// - Throws: `PowerError`.
  public func edgeUnits(rows count: Int = 1) throws(PowerError) -> [PowerSubject] {
    var found: [PowerSubject] = []
    for step in program.steps {
      guard let subject = try edge(step, rows: count),
        !found.contains(where: { $0.kind == subject.kind })
      else { continue }
      found.append(subject)
    }
    return found
  }

  private func edge(_ step: PanelStep, rows count: Int) throws(PowerError) -> PowerSubject? {
    switch step.work {
    case .product(let product): return try edge(step, product)
    case .transposition: return nil
    case .norm(let norm, let source):
      return try .norm(
        norm,
        rows: rows(of: source, count),
        value: program[source].type,
        operands: step.name
      )
    case .softmax(let softmax, let source):
      return try .softmax(
        softmax,
        rows: rows(of: source, count),
        score: program[source].type,
        operands: step.name
      )
    case .rowThresholds(let steps, let source):
      return try .rowThresholds(
        steps,
        rows: rows(of: source, count),
        score: program[source].type,
        operands: step.name
      )
    }
  }

  /// The first lanes of a panel.
  private func rows(of panel: PanelIndex, _ count: Int) -> [[Int]] {
    let shape = program[panel]
    return (0..<min(count, shape.lanes)).map { lane in
      (0..<shape.depth).map { memory[panel.index][$0 * shape.lanes + lane] }
    }
  }

  /// What becomes of the sums of a column, tile after tile.
  private func edge(
    _ step: PanelStep,
    _ product: PanelProduct
  ) throws(PowerError) -> PowerSubject? {
    let (rows, columns) = (program[product.rows], program[product.columns])
    var sums: [(value: Int, residual: Int?, epilogue: AccumulatorEpilogue)] = []
    for column in stride(from: 0, to: columns.lanes, by: extent) where sums.count < products {
      for row in 0..<rows.lanes {
        let sum = (0..<product.depth).reduce(0) { sum, k in
          sum + memory[product.rows.index][k * rows.lanes + row]
            * memory[product.columns.index][k * columns.lanes + column]
        }
        let residual = product.residual.map {
          memory[$0.panel.index][$0.word(row) * program[$0.panel].lanes + column]
        }
        sums.append((sum, residual, product.epilogue[row]))
      }
    }
    switch product.epilogue.first {
    case .thresholds:
      return try .thresholds(
        sums.compactMap { value, _, epilogue in
          if case .thresholds(let table) = epilogue { (value, table) } else { nil }
        },
        accumulator: product.accumulator,
        operands: step.name
      )
    case .scaledSum(let first):
      let streams = sums.compactMap { value, residual, epilogue in
        if case .scaledSum(let stream) = epilogue {
          PowerSubject.StreamSum(value, residual: residual, epilogue: stream)
        } else {
          nil
        }
      }
      let residual = product.residual.map { program[$0.panel].type }
      if first.quotient != nil, let residual {
        return try .quotient(
          streams,
          accumulator: product.accumulator,
          divisors: residual,
          operands: step.name
        )
      }
      return try .scaledSum(
        streams,
        accumulator: product.accumulator,
        residual: residual,
        operands: step.name
      )
    case .some(.none), nil: return nil
    }
  }
}
