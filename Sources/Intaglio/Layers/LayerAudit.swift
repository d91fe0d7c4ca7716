public import IntaglioData
import IntaglioGraph

/// Compares a program with the model's meaning layer by layer, each layer fed with the oracle's codes.
///
/// Feeding every layer with the right codes keeps one differing code from hiding what comes after it.
/// Between integers nothing may differ; after a float32 nonlinearity a code may fall to the other
/// side of a tie, and then the audit says how far from the tie the exact value was.
public struct LayerAudit: Sendable {
  /// What became of one quantizer.
  public struct Layer: Sendable {
    public let name: String
    /// Whether the program makes the codes from integers alone (`requantize`), not from float32.
    public let isInteger: Bool
    /// How many codes were compared.
    public internal(set) var codes = 0
    public internal(set) var differing = 0
    /// Codes that are more than one step away.
    public internal(set) var beyondOneStep = 0
    /// Of the differing codes, the largest distance of x / s + z from the nearest tie, in steps, as
    /// float64 sees it.
    public internal(set) var largestTieDistance = 0.0
    /// The same distance over the largest |x / s| of its tensor: a rounding error of float32 is
    /// some multiples of 6e-8.
    public internal(set) var largestRelativeTieDistance = 0.0
  }

  private struct Audited: Sendable {
    let pair: CodeComparison.Pair
    let quantizer: Quantizer
    /// The real input of the quantizer in the model.
    let operand: Value
    let shape: [Int]
    let isInteger: Bool
  }

  private let audited: [Audited]
  private let oracle: Engine
  private let program: Engine
  private let preprocessing: Preprocessing
  private let threads: Int

  /// - Throws: `ProgramError` when nothing in the model is quantized, `IntegerGraphError` when `program`
  ///   is no integer program; what the oracle and the planner throw.
  public init(_ model: Model, program: Model, threads: Int) throws {
    guard model.isQuantized else {
      throw ProgramError.notInteger(Coverage(model.graph), of: model)
    }
    let graph = model.graph
    audited = CodeComparison.pairs(graph, program.graph).compactMap { pair in
      guard case .quantize(let quantizer) = graph[pair.meaning].operation else { return nil }
      let isInteger =
        if case .requantize = program.graph[pair.program].operation { true } else { false }
      return Audited(
        pair: pair,
        quantizer: quantizer,
        operand: graph[pair.meaning].operands[0],
        shape: graph.type(of: pair.meaning).shape,
        isInteger: isInteger
      )
    }
    oracle = try Engine(
      .graph(graph),
      arithmetic: .oracle,
      threads: threads,
      logits: program.description.logits,
      observing: Set(audited.flatMap { [$0.pair.meaning, $0.operand] })
    )
    self.program = try Engine(
      program.program,
      arithmetic: .integer,
      threads: threads,
      logits: program.description.logits,
      observing: Set(audited.map(\.pair.program))
    )
    preprocessing = try program.preprocessing()
    self.threads = threads
  }

  /// The layers in the order of computation, over all images of `data`.
  ///
  /// - Throws: `DataError` for images that cannot be read, and what the two programs throw.
  public func run(
    _ data: DataSet,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws -> [Layer] {
    let input = program.modelInput
    let parts = try ParallelMap(threads: threads).map(data.count) { index in
      try compare(input.sample(data, index, preprocessing))
    } progress: {
      progress?($0)
    }
    return Self.joined(parts)
  }

  private func compare(_ sample: [Float]) throws -> [Layer] {
    var meant: [Value: OracleTensor<Double>] = [:]
    _ = try oracle.run(sample) { value, contents in
      meant[value] = contents
      return nil
    }
    let positions = Dictionary(
      zip(audited.map(\.pair.program), audited.indices),
      uniquingKeysWith: { first, _ in first }
    )
    var layers = audited.map { Layer(name: $0.pair.name, isInteger: $0.isInteger) }
    _ = try program.run(sample) { value, contents in
      guard
        let position = positions[value], let found = contents.integers,
        let wanted = meant[audited[position].pair.meaning]?.integers
      else { return nil }
      let reals = meant[audited[position].operand]?.reals ?? []
      layers[position].count(
        found,
        wanted,
        reals,
        audited[position].quantizer,
        audited[position].shape
      )
      return .integer(wanted)
    }
    for index in layers.indices {
      layers[index].codes = self.program.once(layers[index].codes)
      layers[index].differing = self.program.once(layers[index].differing)
      layers[index].beyondOneStep = self.program.once(layers[index].beyondOneStep)
    }
    return layers
  }

  private static func joined(_ parts: [[Layer]]) -> [Layer] {
    guard var result = parts.first else { return [] }
    for part in parts.dropFirst() {
      for index in result.indices { result[index].add(part[index]) }
    }
    return result
  }
}

extension LayerAudit.Layer {
  fileprivate mutating func count(
    _ found: [Int],
    _ wanted: [Int],
    _ reals: [Double],
    _ quantizer: Quantizer,
    _ shape: [Int]
  ) {
    codes += found.count
    guard found != wanted else { return }
    let scales = quantizer.scale.expanded(over: shape).map(\.doubleValue)
    let zeroPoints = quantizer.zeroPoint.expanded(over: shape)
    let largest = zip(reals, scales).reduce(0) { max($0, ($1.0 / $1.1).magnitude) }
    for index in found.indices where found[index] != wanted[index] {
      differing += 1
      if abs(found[index] - wanted[index]) > 1 { beyondOneStep += 1 }
      let shift = quantizer.placement == .beforeRounding ? Double(zeroPoints[index]) : 0
      let exact = reals[index] / scales[index] + shift
      let distance = ((exact - exact.rounded(.down)) - 0.5).magnitude
      largestTieDistance = max(largestTieDistance, distance)
      largestRelativeTieDistance = max(largestRelativeTieDistance, distance / max(largest, 1))
    }
  }

  fileprivate mutating func add(_ other: Self) {
    codes += other.codes
    differing += other.differing
    beyondOneStep += other.beyondOneStep
    largestTieDistance = max(largestTieDistance, other.largestTieDistance)
    largestRelativeTieDistance = max(largestRelativeTieDistance, other.largestRelativeTieDistance)
  }
}
