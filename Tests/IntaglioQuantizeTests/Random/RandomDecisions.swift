import IntaglioGraph
import IntaglioNumerics
import IntaglioQuantize
import Testing

/// Decisions of every kind for a graph, drawn from a seed.
struct RandomDecisions {
  /// Whether all numbers are short binary fractions, so that what is folded into floats is exact.
  let isDyadic: Bool
  private let graph: Graph
  private var random: SplitMix64
  private(set) var decisions = Decisions()

  init(_ graph: Graph, seed: UInt64, isDyadic: Bool) throws {
    (self.graph, self.isDyadic) = (graph, isDyadic)
    random = SplitMix64(seed: seed)
    for site in try graph.sites() {
      switch site.kind {
      case .patches(let patches): try decide(patches, site)
      case .windows(let windows): try decide(windows)
      case .linear(let linear): try decide(linear, site)
      case .product(let product): decide(product, site)
      }
    }
  }

  // MARK: Numbers

  private mutating func coin() -> Bool { random.next() % 2 == 0 }

  private mutating func scale() -> Float {
    let power = Float(sign: .plus, exponent: Int(random.next() % 7) - 3, significand: 1)
    return isDyadic ? power : power * (1.5 + random.unit() / 2)
  }

  /// Multiples of 1/16 where numbers are short.
  private mutating func number(_ magnitude: Float) -> Float {
    let number = random.unit() * magnitude
    return isDyadic ? (number * 16).rounded() / 16 : number
  }

  private mutating func numbers(_ count: Int, _ magnitude: Float) -> [Float] {
    (0..<count).map { _ in number(magnitude) }
  }

  // MARK: Sites

  private mutating func decide(_ patches: Site.Patches, _ site: Site) throws {
    let weights = try #require(graph.constant(patches.weights))
    let planes = weights.shape[1] * patches.groups
    // One scale for all planes, as codes of weights need.
    let scale = scale()
    let pixels = PixelQuantizer(
      scales: (0..<planes).map { _ in scale },
      lows: numbers(planes, 2)
    )
    decisions.pixels[patches.input] = pixels
    guard isDyadic, coin() else { return }
    let folded = pixels.folded(weights, groups: patches.groups)
    let (outputs, step) = (weights.shape[0], scale / 64)
    decisions.weights[site.value] = WeightCodes(
      bits: 20,
      codes: folded.weights.map { Int(($0 / step).rounded()) },
      scales: [Float](repeating: step, count: outputs),
      addends: folded.addends
    )
  }

  private mutating func decide(_ windows: Site.Windows) throws {
    let weights = try #require(graph.constant(windows.weights))
    let planes = weights.shape[1] * windows.groups
    guard decisions.images[windows.input] == nil else { return }
    // Of pixels every plane may have a scale.
    let scales = (0..<(windows.readsPixels && coin() ? planes : 1)).map { _ in scale() }
    let zero = Int(random.next() % 16)
    decisions.images[windows.input] = ImageQuantizer(bits: 4, scales: scales, zero: zero)
  }

  private mutating func decide(_ linear: Site.Linear, _ site: Site) throws {
    let weights = try #require(graph.constant(linear.weights))
    if decisions.inputs[linear.input] == nil {
      decisions.inputs[linear.input] = quantizer(linear, channels: weights.shape[0])
    }
    guard isDyadic, coin(), let input = decisions.inputs[linear.input] else { return }
    decisions.weights[site.value] = codes(weights, input)
  }

  private mutating func quantizer(_ linear: Site.Linear, channels: Int) -> ChannelQuantizer {
    let scales = (0..<channels).map { _ in scale() }
    guard linear.followsFunction else {
      let lows = numbers(channels, 4)
      return ChannelQuantizer(bits: 4, scales: scales, lows: lows, zeros: nil)
    }
    let zeros = (0..<channels).map { _ in Int(random.next() % 9) - 2 }
    var quantizer = ChannelQuantizer(
      bits: 4,
      scales: scales,
      lows: (0..<channels).map { -scales[$0] * Float(zeros[$0]) },
      zeros: zeros
    )
    if coin() { quantizer.levels = CodeLevels(bits: 4, step: coin() ? 2 : 4) }
    guard graph.hiddenMultiplication(behind: linear.input) != nil else { return quantizer }
    var order = Array(0..<channels)
    if coin() {
      order.shuffle(using: &random)
      let count = 1 + Int(random.next() % UInt64(max(channels / 3, 1)))
      quantizer.outliers = order.prefix(count).sorted()
    }
    let usual = order.filter { !quantizer.outliers.contains($0) }
    if coin(), !usual.isEmpty {
      let border = Int(random.next() % UInt64(usual.count))
      quantizer.groups = [Array(usual[..<border]), Array(usual[border...])].filter { !$0.isEmpty }
    }
    return quantizer
  }

  /// Weights as codes that are exact; `nil` where those of outliers have no room in 8 bits.
  private func codes(_ weights: Tensor, _ input: ChannelQuantizer) -> WeightCodes? {
    let (floats, outputs, step) = (weights.floats, weights.shape[1], Float(0x1p-9))
    func folded(_ channels: [Int], _ step: Float) -> [Int] {
      channels.flatMap { row in
        (0..<outputs).map { column in
          // Every other output has a negative scale.
          let code = Int((floats[row * outputs + column] * input.scales[row] / step).rounded())
          return column % 2 == 0 ? code : -code
        }
      }
    }
    func scales(_ step: Float) -> [Float] { (0..<outputs).map { $0 % 2 == 0 ? step : -step } }
    var codes = folded(Array(input.scales.indices), step)
    for row in input.outliers {
      for column in 0..<outputs { codes[row * outputs + column] = 0 }
    }
    var result = WeightCodes(
      bits: 22,
      codes: codes,
      scales: scales(step),
      addends: input.addends(floats, columns: outputs)
    )
    guard let least = input.outliers.map({ input.scales[$0] }).min() else { return result }
    let outlierCodes = folded(input.outliers, least / 64)
    guard outlierCodes.allSatisfy(WeightCodes.Outliers.type.range.contains) else { return nil }
    result.outliers = WeightCodes.Outliers(codes: outlierCodes, scales: scales(least / 64))
    return result
  }

  private mutating func decide(_ product: Site.Product, _ site: Site) {
    let shape = graph.type(of: product.right).shape
    let heads = shape.count > 2 ? shape[shape.count - 3] : 1
    var center: Broadcast<Float>?
    if product.softmax != nil, coin() {
      let width = shape[shape.count - 1]
      center = Broadcast(numbers(heads * width, 3), shape: [heads, 1, width])
    } else if product.softmax == nil, product.decidesSoftmax, coin() {
      let width = shape[shape.count - 2]
      center = Broadcast(numbers(heads * width, 3), shape: [heads, width, 1])
    }
    let scales = (0..<heads).map { _ in scale() }
    decisions.products[site.value] = ProductQuantizers(
      left: .init(type: .i(4), scale: Broadcast(scale()), center: nil),
      right: .init(type: .i(4), scale: Broadcast(scales, shape: [heads, 1, 1]), center: center),
      softmax: product.softmax != nil && coin()
        ? RelativeSoftmax(bits: 2 + Int(random.next() % 7)) : nil
    )
  }
}
