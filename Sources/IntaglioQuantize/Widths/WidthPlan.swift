import IntaglioGraph

/// The widths of every multiplication of a network.
struct WidthPlan: Sendable {
  let layers: [QuantizedLayer]
  private var bySite: [Value: LayerWidths]

  /// - Throws: `QuantizeError` for a layer that is stated and does not exist, and for widths that a layer
  ///   cannot have.
  init(_ options: QuantizeOptions, _ sites: [Site], _ graph: Graph) throws(QuantizeError) {
    let names = Set(sites.map(\.name))
    if let unknown = options.layers.keys.sorted().first(where: { !names.contains($0) }) {
      throw .unknownLayer(unknown, known: sites.map(\.name))
    }
    var (layers, bySite) = ([QuantizedLayer](), [Value: LayerWidths]())
    for site in sites {
      let layer = try Self.layer(site, options, graph)
      layers.append(layer)
      bySite[site.value] = layer.widths
    }
    // What several layers read has the codes of the one that needs most.
    var inputs: [Value: Int] = [:]
    for site in sites {
      guard let input = site.codedInput, let widths = bySite[site.value] else { continue }
      inputs[input] = max(inputs[input] ?? 0, widths.activations)
    }
    for (index, site) in sites.enumerated() {
      guard let input = site.codedInput, let bits = inputs[input] else { continue }
      bySite[site.value]?.activations = bits
      layers[index] = layers[index].with(activations: bits)
    }
    (self.layers, self.bySite) = (layers, bySite)
  }

  /// - Returns: the widths of `site`; of one that is not planned 8 bits.
  subscript(site: Site) -> LayerWidths {
    bySite[site.value] ?? LayerWidths(weights: 8, activations: 8)
  }

  func with(_ widths: LayerWidths, at site: Site) -> WidthPlan {
    var result = self
    result.bySite[site.value] = widths
    return result
  }

  private static func layer(
    _ site: Site,
    _ options: QuantizeOptions,
    _ graph: Graph
  ) throws(QuantizeError) -> QuantizedLayer {
    let extent = extent(of: site, graph)
    var widths = usual(site, options)
    if let stated = options.layers[site.name] {
      if site.readsPixels, stated.activations != 8 {
        throw .width(
          what: "activations of \(site.name), which are pixels of 8 bits",
          found: stated.activations
        )
      }
      if widths.weights == nil, stated.weights != nil { throw .noWeights(layer: site.name) }
      widths.activations = stated.activations
      if widths.weights != nil { widths.weights = stated.weights ?? widths.weights }
    }
    for (what, bits) in [("weights", widths.weights ?? 8), ("activations", widths.activations)]
    where !(2...8).contains(bits) {
      throw .width(what: "\(what) of \(site.name)", found: bits)
    }
    return QuantizedLayer(
      name: site.name,
      widths: widths,
      weightCount: extent.weights,
      macs: extent.macs,
      isEdge: site.isEdge,
      input: site.codedInput?.index
    )
  }

  /// The widths of a site for which none are stated.
  private static func usual(_ site: Site, _ options: QuantizeOptions) -> LayerWidths {
    switch site.kind {
    case .patches: LayerWidths(weights: options.edges, activations: 8)
    case .windows where site.readsPixels: LayerWidths(weights: options.edges, activations: 8)
    case .linear, .windows:
      site.isEdge
        ? LayerWidths(weights: options.edges, activations: options.edges)
        : LayerWidths(weights: options.weights, activations: options.activations)
    case .product: LayerWidths(weights: nil, activations: options.activations)
    }
  }

  private static func extent(of site: Site, _ graph: Graph) -> (weights: Int, macs: Int) {
    let outputs = graph.type(of: site.value).count
    func convolved(_ weights: Value) -> (weights: Int, macs: Int) {
      let type = graph.type(of: weights)
      return (type.count, outputs * type.shape.dropFirst().reduce(1, *))
    }
    switch site.kind {
    case .patches(let patches): return convolved(patches.weights)
    case .windows(let windows): return convolved(windows.weights)
    case .linear(let linear):
      let type = graph.type(of: linear.weights)
      return (type.count, outputs * (type.shape.first ?? 0))
    case .product(let product): return (0, outputs * (graph.type(of: product.left).shape.last ?? 0))
    }
  }
}

extension Site {
  /// What a layer with weights reads, of which all that read it have the codes; `nil` for pixels as they were.
  fileprivate var codedInput: Value? {
    switch kind {
    case .linear(let linear): linear.input
    case .windows(let windows): windows.input
    case .patches, .product: nil
    }
  }

  /// Whether it is a convolution of pixels.
  fileprivate var readsPixels: Bool {
    switch kind {
    case .patches: true
    case .windows(let windows): windows.readsPixels
    case .linear, .product: false
    }
  }

  /// Whether no multiplication is in front of it or behind it, as none is of pixels.
  fileprivate var isEdge: Bool {
    switch kind {
    case .patches: true
    case .windows(let windows): windows.isEdge
    case .linear(let linear): linear.isEdge
    case .product: false
    }
  }
}

extension QuantizedLayer {
  fileprivate func with(activations: Int) -> QuantizedLayer {
    QuantizedLayer(
      name: name,
      widths: LayerWidths(weights: widths.weights, activations: activations),
      weightCount: weightCount,
      macs: macs,
      isEdge: isEdge,
      input: input
    )
  }
}
