public import IntaglioGraph
import IntaglioFloat32
import IntaglioNumerics

/// Turns a float model into one with quantizers in front of every multiplication, calibrated on
/// samples, layer by layer in the order of computation.
public struct PostTrainingQuantizer: Sendable {
  public let options: QuantizeOptions

  /// Whether this is to see what widths do rather than for the codes: fewer rows and ranges are looked at.
  var isTrial = false

  /// How many rows of a value are kept to search quantizers on.
  var sampleRows: Int { isTrial ? 2048 : 8192 }

  public init(_ options: QuantizeOptions) { self.options = options }

  /// How far the work is.
  public struct Progress: Sendable {
    public let layer: String
    public let done: Int
    public let total: Int
  }

  /// The multiplications of a float graph with the widths that the options give them.
  ///
  /// - Throws: `QuantizeError` for a graph or options that cannot be.
  public func layers(of graph: Graph) throws(QuantizeError) -> [QuantizedLayer] {
    try options.check()
    try graph.checkIsFloat()
    return try WidthPlan(options, graph.sites(), graph).layers
  }

  /// The same graph with quantizers and codes.
  ///
  /// - Throws: as `quantization` does.
  public func quantize(
    _ graph: Graph,
    calibratedOn samples: CalibrationSamples,
    threads: Int = 1,
    progress: (@Sendable (Progress) -> Void)? = nil
  ) throws -> Graph {
    try quantization(of: graph, calibratedOn: samples, threads: threads, progress: progress).graph
  }

  /// - Parameters:
  ///   - graph: a float graph with constant weights.
  ///   - samples: inputs that calibrate it.
  ///   - threads: how many samples are in work at a time; the result does not depend on it.
  ///   - progress: told of every multiplication.
  /// - Returns: the same graph with quantizers and codes, and what the steps to them gave.
  /// - Throws: `QuantizeError`, `EvaluationError`, and what `samples` throws.
  public func quantization(
    of graph: Graph,
    calibratedOn samples: CalibrationSamples,
    threads: Int = 1,
    progress: (@Sendable (Progress) -> Void)? = nil
  ) throws -> Quantization {
    try options.check()
    var network = try Network(graph, samples, options, threads: threads)
    var front = Front.begin
    for (index, site) in network.sites.enumerated() {
      progress?(Progress(layer: site.name, done: index, total: network.sites.count))
      if let cut = network.beginnings[index], cut != front.cut {
        front = try network.advance(front, to: cut)
        if options.uses(.tokenWeights) {
          front.firstRowWeight = try TokenWeights.weight(of: network, at: front)
        }
      }
      try decide(site, &network, front)
    }
    return Quantization(
      graph: try Emitter.whole(graph, network.decisions),
      decisions: network.decisions,
      gains: network.gains
    )
  }

  /// Decides one multiplication.
  ///
  /// - Parameters:
  ///   - site: the multiplication.
  ///   - network: what is decided in front of it, and afterwards of it.
  ///   - front: a cut in front of it.
  ///   - decidesWeights: whether the weights of a linear layer or a convolution inside the network become
  ///     codes, not its input alone.
  /// - Throws: `QuantizeError`, `EvaluationError`, and what the samples throw.
  func decide(
    _ site: Site,
    _ network: inout Network,
    _ front: Front,
    decidesWeights: Bool = true
  ) throws {
    switch site.kind {
    case .patches(let patches): try decide(patches, site, &network, front)
    case .product(let product): try decide(product, site, &network, front)
    case .windows(let windows):
      try decide(inputOf: windows, site, &network, front)
      if decidesWeights { try decide(windows, site, &network, front) }
    case .linear(let linear):
      try decide(inputOf: linear, site, &network, front)
      if decidesWeights { try decide(linear, site, &network, front) }
    }
  }

  func check(_ sample: ChannelSample, _ site: Site) throws(QuantizeError) {
    guard sample.isFinite else { throw .notFinite(node: site.name) }
  }

  /// Scales that floats have no room for come from values that a network should not have.
  func check(_ scales: [Float], _ site: Site) throws(QuantizeError) {
    guard scales.allSatisfy({ $0.isNormal }) else { throw .notFinite(node: site.name) }
  }

  // MARK: Products of activations

  private func decide(
    _ product: Site.Product,
    _ site: Site,
    _ network: inout Network,
    _ front: Front
  ) throws {
    let graph = network.graph
    let left = FactorSearch.Axes(shape: graph.type(of: product.left).shape, channelsLast: true)
    let right = FactorSearch.Axes(
      shape: graph.type(of: product.right).shape,
      channelsLast: !product.decidesSoftmax
    )
    let limit = sampleRows / max(network.samples.count, 1) + 1
    let isProbability = product.softmax != nil
    let firstRowWeight = front.firstRowWeight(of: product.left, network.graph)
    let pass = try Pass(network, from: front, quantized: [product.left, product.right])
    let (a, b) = try pass.reduce {
      (
        ChannelSample(channels: left.heads * left.channels),
        ChannelSample(channels: right.heads * right.channels)
      )
    } _: { sum, reading, index in
      sum.0.add(
        left.rows(reading.quantized(product.left)),
        limit: limit,
        turn: index * 7,
        firstRowWeight: firstRowWeight
      )
      sum.1.add(right.rows(reading.quantized(product.right)), limit: limit, turn: index * 7)
    } _: {
      $0.0.add($1.0)
      $0.1.add($1.1)
    }
    try check(a, site)
    try check(b, site)
    let bits = network.widths[site].activations
    let search = FactorSearch(bits: bits)
    let centers =
      isProbability && options.uses(.centeredValues)
      || product.decidesSoftmax && options.uses(.centeredKeys)
    // The division by sums of codes needs a quantizer behind it: a norm there reads real numbers.
    let canDivide = graph.otherReader(of: site.value, graph.readers) == nil
    let pair = ProductQuantizers(
      left: isProbability ? search.probabilities(a, left) : search.factor(a, left, centers: false),
      right: search.factor(b, right, centers: centers),
      softmax: isProbability && canDivide && options.uses(.relativeSoftmax)
        ? RelativeSoftmax(bits: bits) : nil
    )
    try check(pair.left.scale.values + pair.right.scale.values, site)
    network.decisions.products[site.value] = pair
  }
}

extension Graph {
  func isInput(_ value: Value) -> Bool {
    if case .input = self[value].operation { true } else { false }
  }
}
