import IntaglioFloat32
import IntaglioGraph
import IntaglioNumerics

// Linear layers: what they read, and their weights.

extension PostTrainingQuantizer {
  func decide(
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
    let firstRowWeight = front.firstRowWeight(of: linear.input, network.graph)
    let pass = try Pass(network, from: front, quantized: [linear.input])
    let sample = try pass.reduce {
      ChannelSample(channels: inputs)
    } _: { sum, reading, index in
      sum.add(
        reading.quantized(linear.input),
        limit: limit,
        turn: index * 7,
        firstRowWeight: firstRowWeight
      )
    } _: {
      $0.add($1)
    }
    try check(sample, site)
    let found = try inputQuantizer(linear, sample, network, weights, network.widths[site])
    network.decisions.inputs[linear.input] = found
  }

  func decide(
    _ linear: Site.Linear,
    _ site: Site,
    _ network: inout Network,
    _ front: Front
  ) throws {
    guard let weights = network.graph.constant(linear.weights) else { return }
    let (inputs, outputs) = (weights.shape[0], weights.shape[1])
    guard let quantizer = network.decisions.inputs[linear.input] else { return }
    try check(quantizer.scales, site)
    let (fitted, held) = try moments(linear, site, network, front, weights, quantizer)
    var solver = solver(
      bits: network.widths[site].weights ?? 8,
      outliers: Set(quantizer.outliers)
    )
    let floats = weights.floats
    var rows = [Double](repeating: 0, count: inputs * outputs)
    for input in 0..<inputs {
      for output in 0..<outputs {
        rows[output * inputs + input] =
          Double(floats[input * outputs + output]) * Double(quantizer.scales[input])
      }
    }
    solver.plain = quantizer.addends(floats, columns: outputs)
    if held.weight > 0 {
      let tried = try solver.tryingSteps(
        rows,
        fitted: fitted,
        held: held,
        threads: network.threads
      )
      guard let tried else { throw QuantizeError.singular(node: site.name) }
      solver = tried.solver
      network.add(tried.ratios, of: site)
    }
    var all = fitted
    all.add(held)
    guard let codes = try solver.solve(rows, all, threads: network.threads) else {
      throw QuantizeError.singular(node: site.name)
    }
    try check(codes.scales, site)
    network.decisions.weights[site.value] = codes
  }

  /// What finds weights of `bits` bits, by the methods that the options leave in.
  func solver(bits: Int, outliers: Set<Int> = []) -> LayerSolver {
    var solver = LayerSolver(bits: bits, damping: options.damping ?? (bits <= 4 ? 0.1 : 0.02))
    solver.search.outliers = outliers
    solver.corrects = bits < 7 && options.uses(.ridge)
    solver.correctsMeans = options.uses(.biasCorrection)
    solver.search.usesErrorFeedback = options.uses(.errorFeedback)
    if !options.uses(.descent) { solver.search.sweeps = 0 }
    if isTrial { (solver.search.fractions, solver.search.sweeps) = ([1, 0.75], 1) }
    if bits >= 7 || !options.uses(.clipping) { solver.search.fractions = [1] }
    return solver
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
    let kinds = kinds(linear, bits)
    var best: (quantizer: ChannelQuantizer, error: Double)?
    var outliers: [Int]?
    var columns: [SortedColumn] = []
    for levels in kinds {
      let search = search(linear, bits, canSplit: canSplit, levels)
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

  /// The levels that are tried; `nil` for even ones.
  private func kinds(_ linear: Site.Linear, _ bits: Int) -> [CodeLevels?] {
    guard linear.followsFunction, bits <= 5, options.uses(.unevenLevels) else { return [nil] }
    return [nil] + [2, 4].map { CodeLevels(bits: bits, step: $0) }
  }

  private func search(
    _ linear: Site.Linear,
    _ bits: Int,
    canSplit: Bool,
    _ levels: CodeLevels?
  ) -> ChannelSearch {
    ChannelSearch(
      bits: bits,
      needsZeros: linear.followsFunction,
      separates: options.uses(.channelScales),
      searches: options.uses(.searchedRanges),
      canSplit: canSplit,
      levels: levels
    )
  }

  private func moments(
    _ linear: Site.Linear,
    _ site: Site,
    _ network: Network,
    _ front: Front,
    _ weights: Tensor,
    _ quantizer: ChannelQuantizer
  ) throws -> (fitted: LayerMoments, held: LayerMoments) {
    let (inputs, outputs) = (weights.shape[0], weights.shape[1])
    let matrix = weights.floats
    let share = Float(options.propagation ?? 0.25)
    let tokens = network.graph.type(of: linear.input).shape.dropLast().last ?? 1
    let firstWeight = front.firstRowWeight(of: linear.input, network.graph)
    let others = linear.residual.map { [$0.other] } ?? []
    let pass = try Pass(
      network,
      from: front,
      float: [site.value] + others,
      quantized: [linear.input] + others,
      codes: [linear.input]
    )
    return try pass.reduce {
      let none = LayerMoments(inputs: inputs, outputs: outputs)
      return (none, none)
    } _: { sum, reading, index in
      let codes = reading.codes(linear.input, quantizer)
      let rows = codes.count / max(inputs, 1)
      let here = MatrixKernels.multiply(
        reading.quantized(linear.input),
        matrix,
        rows: rows,
        depth: inputs,
        columns: outputs
      )
      let full = goal(site, linear.residual, reading)
      var (targets, shortfalls) = (here, here)
      for index in full.indices {
        targets[index] = share * full[index] + (1 - share) * here[index]
        shortfalls[index] = full[index] - targets[index]
      }
      let rowWeights = (0..<rows).map { $0 % tokens == 0 ? firstWeight : 1 }
      if holdsOut(index, of: network) {
        sum.1.add(codes: codes, targets: targets, shortfalls: shortfalls, weights: rowWeights)
      } else {
        sum.0.add(codes: codes, targets: targets, shortfalls: shortfalls, weights: rowWeights)
      }
    } _: {
      $0.0.add($1.0)
      $0.1.add($1.1)
    }
  }

  /// Every so many samples one is held out to judge steps, if there are at least so many.
  private static let (heldOut, fewest) = (5, 20)

  /// Whether sample `index` judges steps rather than finds codes.
  func holdsOut(_ index: Int, of network: Network) -> Bool {
    !isTrial && network.samples.count >= Self.fewest && index % Self.heldOut == Self.heldOut - 1
  }

  /// The float model's sums and, where they join another value, what that is off by.
  func goal(_ site: Site, _ residual: Site.Residual?, _ reading: Pass.Reading) -> [Float] {
    var full = reading.float(site.value)
    if let residual {
      let (float, quantized) = (reading.float(residual.other), reading.quantized(residual.other))
      for index in full.indices { full[index] += float[index] - quantized[index] }
    }
    return full
  }
}
