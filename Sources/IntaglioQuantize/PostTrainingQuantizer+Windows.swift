import IntaglioFloat32
import IntaglioGraph
import IntaglioNumerics

// Convolutions of any geometry: what they read, and their weights.

extension PostTrainingQuantizer {
  func decide(
    inputOf windows: Site.Windows,
    _ site: Site,
    _ network: inout Network,
    _ front: Front
  ) throws {
    guard network.decisions.images[windows.input] == nil else { return }
    let planes = network.graph.type(of: windows.input).shape[1]
    let found: ImageQuantizer
    if windows.readsPixels, let known = try knownPixels(windows.input, planes, network) {
      found = ImageQuantizer(of: known)
    } else {
      let limit = 8 * sampleRows / max(network.samples.count, 1) + 1
      let pass = try Pass(network, from: front, quantized: [windows.input])
      let sample = try pass.reduce {
        ChannelSample(channels: 1)
      } _: { sum, reading, index in
        sum.add(reading.quantized(windows.input), limit: limit, turn: index * 7)
      } _: {
        $0.add($1)
      }
      try check(sample, site)
      let search = ImageSearch(
        bits: network.widths[site].activations,
        searches: options.uses(.searchedRanges)
      )
      found = search.quantizer(sample)
    }
    try check(found.scales, site)
    network.decisions.images[windows.input] = found
  }

  /// Every group is a layer of its own: its windows are the rows that a linear layer would read.
  func decide(
    _ windows: Site.Windows,
    _ site: Site,
    _ network: inout Network,
    _ front: Front
  ) throws {
    guard let weights = network.graph.constant(windows.weights),
      let image = network.decisions.images[windows.input],
      let geometry = network.graph.geometry(of: site.value)
    else { return }
    let (each, depth) = (geometry.outputsPerGroup, geometry.depth)
    let rows = image.folded(weights, groups: windows.groups).map(Double.init)
    let moments = try moments(windows, site, network, front, weights.floats, image, geometry)
    let parts = moments.enumerated().map { group, pair in
      LayerSolver.Part(
        weights: Array(rows[group * each * depth..<(group + 1) * each * depth]),
        fitted: pair.fitted,
        held: pair.held
      )
    }
    var solver = solver(bits: network.widths[site].weights ?? 8)
    solver.plain = [Float](repeating: 0, count: each)
    if parts.contains(where: { $0.held.weight > 0 }) {
      guard let tried = try solver.tryingSteps(parts, threads: network.threads) else {
        throw QuantizeError.singular(node: site.name)
      }
      solver = tried.solver
      network.add(tried.ratios, of: site)
    }
    var (codes, scales, addends) = ([Int](), [Float](), [Float]())
    for part in parts {
      var all = part.fitted
      all.add(part.held)
      guard let found = try solver.solve(part.weights, all, threads: network.threads) else {
        throw QuantizeError.singular(node: site.name)
      }
      for output in 0..<each { codes += (0..<depth).map { found.codes[$0 * each + output] } }
      scales += found.scales
      addends += found.addends
    }
    try check(scales, site)
    network.decisions.weights[site.value] = WeightCodes(
      bits: solver.bits,
      codes: codes,
      scales: scales,
      addends: addends
    )
  }

  private typealias Moments = (fitted: LayerMoments, held: LayerMoments)

  /// Those of every group, over all windows of all samples.
  private func moments(
    _ windows: Site.Windows,
    _ site: Site,
    _ network: Network,
    _ front: Front,
    _ weights: [Float],
    _ image: ImageQuantizer,
    _ geometry: ConvolutionGeometry
  ) throws -> [Moments] {
    let share = Float(options.propagation ?? 0.25)
    let others = windows.residual.map { [$0.other] } ?? []
    let pass = try Pass(
      network,
      from: front,
      float: [site.value] + others,
      quantized: [windows.input] + others
    )
    let (groups, positions) = (geometry.groups, geometry.positions)
    let (each, depth) = (geometry.outputsPerGroup, geometry.depth)
    return try pass.reduce {
      let none = LayerMoments(inputs: depth, outputs: each)
      return [Moments](repeating: (none, none), count: groups)
    } _: { sums, reading, index in
      let full = goal(site, windows.residual, reading)
      let values = reading.quantized(windows.input)
      let area = geometry.image.height * geometry.image.width
      let real = geometry.columns(of: values, padding: 0)
      let codes = geometry.columns(of: image.codes(of: values, area: area), padding: 0)
      for part in 0..<geometry.batch * groups {
        let (group, size) = (part % groups, depth * positions)
        let place = part * size..<(part + 1) * size
        let here = MatrixKernels.multiply(
          Array(weights[group * each * depth..<(group + 1) * each * depth]),
          Array(real[place]),
          rows: each,
          depth: depth,
          columns: positions
        )
        let there = full[part * each * positions..<(part + 1) * each * positions]
        let targets = zip(there, here).map { share * $0 + (1 - share) * $1 }
        let shortfalls = zip(there, targets).map { $0 - $1 }
        let rows = turned(codes[place], depth, positions)
        let goals = turned(targets[...], each, positions)
        let rests = turned(shortfalls[...], each, positions)
        let ones = [Float](repeating: 1, count: positions)
        if holdsOut(index, of: network) {
          sums[group].held.add(codes: rows, targets: goals, shortfalls: rests, weights: ones)
        } else {
          sums[group].fitted.add(codes: rows, targets: goals, shortfalls: rests, weights: ones)
        }
      }
    } _: { sums, others in
      for group in sums.indices {
        sums[group].fitted.add(others[group].fitted)
        sums[group].held.add(others[group].held)
      }
    }
  }

  /// A matrix `[rows, columns]` as `[columns, rows]`.
  private func turned(_ matrix: ArraySlice<Float>, _ rows: Int, _ columns: Int) -> [Float] {
    var result = [Float](repeating: 0, count: matrix.count)
    for row in 0..<rows {
      for column in 0..<columns {
        result[column * rows + row] = matrix[matrix.startIndex + row * columns + column]
      }
    }
    return result
  }
}

extension Graph {
  /// The dimensions of a convolution; `nil` for anything else.
  fileprivate func geometry(of value: Value) -> ConvolutionGeometry? {
    guard case .convolution(let convolution) = self[value].operation else { return nil }
    return ConvolutionGeometry(
      convolution,
      input: type(of: self[value].operands[0]).shape,
      weight: type(of: self[value].operands[1]).shape,
      output: type(of: value).shape
    )
  }
}
