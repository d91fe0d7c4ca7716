import IntaglioGraph

// Convolutions of pixels without padding: the patch embedding.

extension PostTrainingQuantizer {
  func decide(
    _ patches: Site.Patches,
    _ site: Site,
    _ network: inout Network,
    _ front: Front
  ) throws {
    guard let weights = network.graph.constant(patches.weights) else { return }
    let planes = weights.shape[1] * patches.groups
    let pixels = try pixels(of: patches, planes, site, network, front)
    network.decisions.pixels[patches.input] = pixels
    let folded = pixels.folded(weights, groups: patches.groups)
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

  /// Pixels as they were where that is known or can be found, else the ranges that samples show.
  private func pixels(
    of patches: Site.Patches,
    _ planes: Int,
    _ site: Site,
    _ network: Network,
    _ front: Front
  ) throws -> PixelQuantizer {
    if let known = try knownPixels(patches.input, planes, network) { return known }
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
    let found = try ChannelSearch(bits: 8, needsZeros: false).quantizer(sample, [], threads: 1)
    return PixelQuantizer(scales: found.scales, lows: found.lows)
  }

  /// What pixels have become in `value`, `[b, c, h, w]`; `nil` where nothing says so.
  func knownPixels(
    _ value: Value,
    _ planes: Int,
    _ network: Network
  ) throws -> PixelQuantizer? {
    if network.graph.isInput(value), let known = options.pixels, known.scales.count == planes {
      return PixelQuantizer(scales: known.scales, lows: known.lows)
    }
    return try PixelProbe(options.pixels)?.planes(of: value, in: network).map {
      PixelQuantizer(scales: $0.scales, lows: $0.lows)
    }
  }
}
