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
  private var sampleRows: Int { isTrial ? 2048 : 8192 }

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

  /// - Parameters:
  ///   - graph: a float graph with constant weights.
  ///   - samples: inputs that calibrate it.
  ///   - threads: how many samples are in work at a time; the result does not depend on it.
  ///   - progress: told of every multiplication.
  /// - Returns: the same graph with quantizers and codes.
  /// - Throws: `QuantizeError`, `EvaluationError`, and what `samples` throws.
  public func quantize(
    _ graph: Graph,
    calibratedOn samples: CalibrationSamples,
    threads: Int = 1,
    progress: (@Sendable (Progress) -> Void)? = nil
  ) throws -> Graph {
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
    return try Emitter.whole(graph, network.decisions)
  }

  /// - Parameter decidesWeights: whether a linear layer's weights become codes, not its input alone.
  func decide(
    _ site: Site,
    _ network: inout Network,
    _ front: Front,
    decidesWeights: Bool = true
  ) throws {
    switch site.kind {
    case .patches(let patches): try decide(patches, site, &network, front)
    case .product(let product): try decide(product, site, &network, front)
    case .linear(let linear):
      try decide(inputOf: linear, site, &network, front)
      if decidesWeights { try decide(linear, site, &network, front) }
    }
  }

  // MARK: The patch embedding

  private func decide(
    _ patches: Site.Patches,
    _ site: Site,
    _ network: inout Network,
    _ front: Front
  ) throws {
    guard let weights = network.graph.constant(patches.weights) else { return }
    let planes = weights.shape[1]
    let pixels: PixelQuantizer
    if network.graph.isInput(patches.input), let known = options.pixels,
      known.scales.count == planes
    {
      pixels = PixelQuantizer(scales: known.scales, lows: known.lows)
    } else if let found = try PixelProbe(options.pixels)?.planes(of: patches.input, in: network) {
      pixels = PixelQuantizer(scales: found.scales, lows: found.lows)
    } else {
      let area = network.graph.type(of: patches.input).count / planes
      let pass = try Pass(network, from: front, quantized: [patches.input])
      let sample = try pass.reduce {
        ChannelSample(channels: planes)
      } _: { sum, reading, _ in
        let values = reading.quantized(patches.input)
        sum.add(
          (0..<values.count).map { values[$0 % planes * area + $0 / planes] },
          limit: 1,
          turn: 0
        )
      } _: {
        $0.add($1)
      }
      try check(sample, site)
      let found = try ChannelSearch(bits: 8, needsZeros: false)
        .quantizer(sample, [], threads: 1)
      pixels = PixelQuantizer(scales: found.scales, lows: found.lows)
    }
    network.decisions.pixels = pixels
    let folded = pixels.folded(weights)
    let outputs = weights.shape[0]
    let size = weights.count / max(outputs, 1)
    let bits = network.widths[site].weights ?? 8
    let rows = folded.weights.map(Double.init)
    var (codes, scales) = ([Int](), [Float]())
    for output in 0..<outputs {
      let row = rows[output * size..<(output + 1) * size]
      let grid = RowGrid(row, bits: bits, fraction: 1)
      scales.append(Float(grid.scale))
      codes += row.map { Int(grid.code($0)) }
    }
    network.decisions.weights[site.value] = WeightCodes(
      bits: bits,
      codes: codes,
      scales: scales,
      addends: folded.addends
    )
  }

  private func check(_ sample: ChannelSample, _ site: Site) throws(QuantizeError) {
    guard sample.isFinite else { throw .notFinite(node: site.name) }
  }

  /// Scales that floats have no room for come from values that a network should not have.
  private func check(_ scales: [Float], _ site: Site) throws(QuantizeError) {
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
    let pass = try Pass(network, from: front, quantized: [product.left, product.right])
    let (a, b) = try pass.reduce {
      (
        ChannelSample(channels: left.heads * left.channels),
        ChannelSample(channels: right.heads * right.channels)
      )
    } _: { sum, reading, index in
      sum.0.add(left.rows(reading.quantized(product.left)), limit: limit, turn: index * 7)
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
    let pair = ProductQuantizers(
      left: isProbability ? search.probabilities(a, left) : search.factor(a, left, centers: false),
      right: search.factor(b, right, centers: centers),
      softmax: isProbability && options.uses(.relativeSoftmax)
        ? RelativeSoftmax(bits: bits) : nil
    )
    try check(pair.left.scale.values + pair.right.scale.values, site)
    network.decisions.products[site.value] = pair
  }

  // MARK: Linear layers

  private func decide(
    inputOf linear: Site.Linear,
    _ site: Site,
    _ network: inout Network,
    _ front: Front
  ) throws {
    guard network.decisions.inputs[linear.input] == nil,
      let weights = network.graph.constant(linear.weights)
    else { return }
    let inputs = weights.shape[0]
    if let found = try PixelProbe(options.pixels)?.channels(of: linear.input, in: network) {
      network.decisions.inputs[linear.input] = ChannelQuantizer(
        bits: 8,
        scales: found.scales,
        lows: found.lows,
        zeros: nil
      )
      return
    }
    let limit = sampleRows / max(network.samples.count, 1) + 1
    let pass = try Pass(network, from: front, quantized: [linear.input])
    let sample = try pass.reduce {
      ChannelSample(channels: inputs)
    } _: { sum, reading, index in
      sum.add(reading.quantized(linear.input), limit: limit, turn: index * 7)
    } _: {
      $0.add($1)
    }
    try check(sample, site)
    let found = try inputQuantizer(linear, sample, network, weights, network.widths[site])
    network.decisions.inputs[linear.input] = found
  }

  private func decide(
    _ linear: Site.Linear,
    _ site: Site,
    _ network: inout Network,
    _ front: Front
  ) throws {
    guard let weights = network.graph.constant(linear.weights) else { return }
    let (inputs, outputs) = (weights.shape[0], weights.shape[1])
    guard let quantizer = network.decisions.inputs[linear.input] else { return }
    try check(quantizer.scales, site)
    let moments = try moments(linear, site, network, front, weights, quantizer)
    let weightBits = network.widths[site].weights ?? 8
    var solver = LayerSolver(
      bits: weightBits,
      damping: options.damping ?? (weightBits <= 4 ? 0.1 : 0.02)
    )
    solver.search.outliers = Set(quantizer.outliers)
    solver.corrects = weightBits < 7 && options.uses(.ridge)
    solver.search.usesErrorFeedback = options.uses(.errorFeedback)
    if !options.uses(.descent) { solver.search.sweeps = 0 }
    if isTrial { (solver.search.fractions, solver.search.sweeps) = ([1, 0.75], 1) }
    if weightBits >= 7 || !options.uses(.clipping) { solver.search.fractions = [1] }
    let floats = weights.floats
    var rows = [Double](repeating: 0, count: inputs * outputs)
    for input in 0..<inputs {
      for output in 0..<outputs {
        rows[output * inputs + input] =
          Double(floats[input * outputs + output]) * Double(quantizer.scales[input])
      }
    }
    solver.correctsMeans = options.uses(.biasCorrection)
    solver.plain = quantizer.addends(floats, columns: outputs)
    guard let codes = try solver.solve(rows, moments, threads: network.threads) else {
      throw QuantizeError.singular(node: site.name)
    }
    try check(codes.scales, site)
    network.decisions.weights[site.value] = codes
  }

  /// The quantizer of a linear layer's input: of several kinds of levels the one with the least error
  /// in the layer's sums, and outliers apart.
  private func inputQuantizer(
    _ linear: Site.Linear,
    _ sample: ChannelSample,
    _ network: Network,
    _ weights: Tensor,
    _ widths: LayerWidths
  ) throws -> ChannelQuantizer {
    let bits = widths.activations
    let canSplit = network.graph.hiddenMultiplication(behind: linear.input) != nil
    let outputs = weights.shape[1]
    let floats = weights.floats
    let importance = (0..<weights.shape[0]).map { row in
      floats[row * outputs..<(row + 1) * outputs].reduce(0) { $0 + $1 * $1 }
    }
    var kinds: [CodeLevels?] = [nil]
    if linear.followsFunction, bits <= 5, options.uses(.unevenLevels) {
      kinds += [2, 4].map { CodeLevels(bits: bits, step: $0) }
    }
    var best: (quantizer: ChannelQuantizer, error: Double)?
    var outliers: [Int]?
    var columns: [SortedColumn] = []
    for levels in kinds {
      let search = ChannelSearch(
        bits: bits,
        needsZeros: linear.followsFunction,
        separates: options.uses(.channelScales),
        searches: options.uses(.searchedRanges),
        canSplit: canSplit,
        levels: levels
      )
      if columns.isEmpty, search.looksAtColumns || kinds.count > 1 {
        columns = try ParallelMap(threads: network.threads).map(sample.channels) {
          SortedColumn(sample.values(of: $0))
        }
      }
      func quantizer(_ outliers: [Int]) throws -> ChannelQuantizer {
        try search.quantizer(sample, columns, outliers: outliers, threads: network.threads)
      }
      var found = try quantizer(outliers ?? [])
      if outliers == nil {
        let isSought = canSplit && (widths.weights ?? 8) < 7 && options.uses(.outlierChannels)
        let apart = isSought ? found.outliers(of: weights) : []
        outliers = apart
        if !apart.isEmpty { found = try quantizer(apart) }
      }
      let error =
        kinds.count == 1 ? 0 : search.error(of: found, on: columns, importance: importance)
      if best.map({ error < $0.error }) ?? true { best = (found, error) }
    }
    return best?.quantizer ?? ChannelQuantizer(bits: bits, scales: [], lows: [], zeros: nil)
  }

  private func moments(
    _ linear: Site.Linear,
    _ site: Site,
    _ network: Network,
    _ front: Front,
    _ weights: Tensor,
    _ quantizer: ChannelQuantizer
  ) throws -> LayerMoments {
    let (inputs, outputs) = (weights.shape[0], weights.shape[1])
    let matrix = weights.floats
    let share = Float(options.propagation ?? 0.25)
    let tokens = network.graph.type(of: linear.input).shape.dropLast().last ?? 1
    let sequence = front.cut.flatMap { network.graph.type(of: $0).shape.dropLast().last }
    let firstWeight = tokens > 1 && tokens == sequence ? front.firstRowWeight : 1
    let others = linear.residual.map { [$0.other] } ?? []
    let pass = try Pass(
      network,
      from: front,
      float: [site.value] + others,
      quantized: [linear.input] + others,
      codes: [linear.input]
    )
    return try pass.reduce {
      LayerMoments(inputs: inputs, outputs: outputs)
    } _: { sum, reading, _ in
      let codes = reading.codes(linear.input, quantizer)
      let rows = codes.count / max(inputs, 1)
      let here = MatrixKernels.multiply(
        reading.quantized(linear.input),
        matrix,
        rows: rows,
        depth: inputs,
        columns: outputs
      )
      var full = reading.float(site.value)
      if let residual = linear.residual {
        let (float, quantized) = (reading.float(residual.other), reading.quantized(residual.other))
        for index in full.indices { full[index] += float[index] - quantized[index] }
      }
      var (targets, shortfalls) = (here, here)
      for index in full.indices {
        targets[index] = share * full[index] + (1 - share) * here[index]
        shortfalls[index] = full[index] - targets[index]
      }
      sum.add(
        codes: codes,
        targets: targets,
        shortfalls: shortfalls,
        weights: (0..<rows).map { $0 % tokens == 0 ? firstWeight : 1 }
      )
    } _: {
      $0.add($1)
    }
  }
}

extension Graph {
  func isInput(_ value: Value) -> Bool {
    if case .input = self[value].operation { true } else { false }
  }
}
