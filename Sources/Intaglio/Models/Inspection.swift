public import IntaglioGraph
public import IntaglioNumerics
public import IntaglioRewrite

/// What is in a model, before and after its scales are moved.
public struct Inspection: Sendable {
  public struct Port: Sendable {
    public let name: String
    public let type: ValueType
  }

  /// A place where reals become integers.
  public struct Quantizer: Sendable {
    public let node: String
    public let type: IntegerType
    /// How many different scales it has, and over which shape they vary (`[]`: one number).
    public let scales: Int
    public let scaleShape: [Int]
    public let zeroPoints: Int
    public let shape: [Int]
  }

  public let inputs: [Port]
  public let outputs: [Port]
  /// How often each operation occurs.
  public let operations: [(name: String, count: Int)]
  public let quantizers: [Quantizer]
  /// How often integers become reals.
  public let dequantizers: Int
  public let parameters: Int
  /// The multiplications as the model was written: what an ordinary runtime would compute.
  public let before: Coverage
  /// The multiplications after the scales have moved.
  public let after: Coverage

  /// - Throws: `GraphError` when a law is defective.
  public init(of model: Model, _ options: Pipeline.Options = Pipeline.Options()) throws {
    let graph = model.graph
    inputs = graph.inputs.map { Port(name: graph.label(of: $0), type: graph.type(of: $0)) }
    outputs = graph.outputs.map { Port(name: $0.name, type: graph.type(of: $0.value)) }
    let live = graph.live
    let counts = Dictionary(grouping: live) { graph[$0].operation.name }.mapValues(\.count)
    operations = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { (name: $0.key, count: $0.value) }
    quantizers = live.compactMap { Quantizer($0, in: graph) }
    dequantizers = counts["dequantize"] ?? 0
    parameters = model.parameterCount
    before = Coverage(graph)
    after = Coverage(try Pipeline(options).apply(to: graph))
  }

  /// The multiplications that run on reals as the model was written, and the MACs behind them.
  public var realMultiplications: Int { before.blocked.count }
  public var realMACs: Int { before.blocked.reduce(0) { $0 + $1.macs } }
}

extension Inspection.Quantizer {
  fileprivate init?(_ value: Value, in graph: Graph) {
    let shape = graph.type(of: value).shape
    guard let affine = graph[value].operation.affine, let codes = affine.codes else { return nil }
    self.init(
      node: graph.label(of: value),
      type: codes,
      scales: affine.scale.values.count,
      scaleShape: affine.scale.shape,
      zeroPoints: affine.zeroPoint.values.count,
      shape: shape
    )
  }
}
