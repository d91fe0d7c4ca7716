import IntaglioGraph

/// A float network on its way to codes: what is decided of it, and what calibrates it.
struct Network: Sendable {
  let graph: Graph
  let sites: [Site]
  /// For every site the last cut that it and all sites behind it can be decided from, `nil` for the model's
  /// input.
  let beginnings: [Value?]
  /// The name of the model's input.
  let input: String
  let samples: CalibrationSamples
  let threads: Int
  private(set) var widths: WidthPlan
  var decisions = Decisions()
  /// What the steps to the weights gave so far.
  var gains: [StepGain] = []

  init(
    _ graph: Graph,
    _ samples: CalibrationSamples,
    _ options: QuantizeOptions,
    threads: Int
  ) throws {
    try graph.checkIsFloat()
    try graph.checkConstants()
    input = try Self.inputName(of: graph)
    guard samples.count > 0 else { throw QuantizeError.empty }
    self.graph = graph
    (self.samples, self.threads) = (samples, threads)
    sites = try graph.sites()
    widths = try WidthPlan(options, sites, graph)
    try graph.checkSteps()
    beginnings = Self.beginnings(graph, sites)
  }

  /// - Throws: `QuantizeError.inputs` where there is not exactly one.
  static func inputName(of graph: Graph) throws(QuantizeError) -> String {
    let names = graph.inputs.compactMap { value -> String? in
      guard case .input(let name, _) = graph[value].operation else { return nil }
      return name
    }
    guard names.count == 1 else { throw .inputs(found: names.count) }
    return names[0]
  }

  private static func beginnings(_ graph: Graph, _ sites: [Site]) -> [Value?] {
    let (cuts, order) = (Cuts(graph).without(graph.isTakenApart), MultiplicationOrder(graph))
    var (result, least) = ([Value?](), Value?.none)
    for site in sites.reversed() {
      let beginning = graph.beginning(of: site)
      least = least.map { min($0, beginning) } ?? beginning
      // What no multiplication made is pixels, of which nothing is kept.
      result.append(least.flatMap(cuts.last).flatMap { order.isBehind($0) ? $0 : nil })
    }
    return result.reversed()
  }

  /// Every sample at `cut`, from where they are.
  func advance(_ front: Front, to cut: Value) throws -> Front {
    let pass = try Pass(self, from: front, float: [cut], quantized: [cut])
    let values = try pass.map { ($0.float(cut), $0.quantized(cut)) }
    return Front(cut: cut, float: values.map(\.0), quantized: values.map(\.1))
  }

  /// Notes what the steps to the weights of `site` gave.
  mutating func add(
    _ ratios: [(step: QuantizeOptions.Method, ratio: Double)],
    of site: Site
  ) {
    gains += ratios.map { StepGain(layer: site.name, step: $0.step, ratio: $0.ratio) }
  }

  /// The same, nothing decided, with other widths of one multiplication.
  func with(_ widths: LayerWidths, at site: Site) -> Network {
    var result = self
    result.decisions = Decisions()
    result.widths = self.widths.with(widths, at: site)
    return result
  }
}

extension Graph {
  /// - Throws: `QuantizeError.constant` for one that no model can mean.
  fileprivate func checkConstants() throws(QuantizeError) {
    let readers = readers
    for value in live {
      guard let constant = constant(value), !constant.type.isInteger else { continue }
      let operations = (readers[value] ?? []).map { self[$0].operation }
      let isWeight = operations.contains { $0.isMatrixMultiplication || $0.isNormalization }
      // Masks hide with −∞; weights and parameters of norms must be numbers.
      let isSound = constant.floats.allSatisfy {
        isWeight ? $0.isFinite : operations.contains(.add) ? $0 < .infinity : !$0.isNaN
      }
      guard isSound else { throw .constant(node: label(of: value)) }
    }
  }

  /// - Throws: `QuantizeError.quantized` where something is quantized already.
  func checkIsFloat() throws(QuantizeError) {
    if let value = live.first(where: { self[$0].operation.family == .quantization }) {
      throw .quantized(node: label(of: value))
    }
  }
}
