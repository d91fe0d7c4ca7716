import IntaglioData
import IntaglioGraph
import IntaglioNumerics

/// A Q-ViT checkpoint that nobody trained: every tensor is drawn from the seed and its own name.
///
/// Scales follow from the variances that the layers keep: tokens enter with variance 1, every linear
/// layer leaves variance 1 before its quantizer, and the branches together add 1 to the residual
/// stream. So codes spread over their range in every layer, as in a trained model.
struct RandomCheckpoint: TensorSource {
  let path: String
  private var contents: [String: (shape: [Int], content: Content)] = [:]
  private let bits: Int
  private let seed: UInt64

  /// What is in a tensor.
  private enum Content {
    case constant(Double)
    /// Evenly between center − reach and center + reach.
    case even(center: Double, reach: Double)
    /// Codes of so many bits, times the layer's scale of each row.
    case weights(bits: Int)
  }

  init(_ geometry: ViTGeometry, bits: Int, name: String, seed: UInt64) {
    (path, self.bits, self.seed) = (name, bits, seed)
    addEmbedding(geometry)
    for block in 0..<geometry.depth { addBlock(block, geometry) }
    addNorm("norm", geometry.width)
    addLinear(
      "head",
      [geometry.classes ?? 0, geometry.width],
      bits: QuantizedLayers.outerBits,
      input: .signed(deviation: 1)
    )
  }

  // As a source of tensors

  var names: [String] { contents.keys.sorted() }

  func contains(_ name: String) -> Bool { contents[name] != nil }

  func shape(of name: String) throws(ImportError) -> [Int] { try entry(name).shape }

  func real(_ name: String) throws(ImportError) -> Tensor {
    let (shape, content) = try entry(name)
    let count = shape.reduce(1, *)
    var random = SplitMix64(seed: seed &+ UInt64(CRC32(of: Array(name.utf8)).value) << 32)
    switch content {
    case .constant(let value):
      return Tensor([Float](repeating: Float(value), count: count), shape: shape)
    case .even(let center, let reach):
      return Tensor(random.even(count, center: center, reach: reach), shape: shape)
    case .weights(let bits):
      let scales = try real(name.dropLast("weight".count) + "alpha").floats
      let columns = count / shape[0]
      let codes = WeightCodes(bits: bits)
      return Tensor(codes.draw(rows: scales, columns: columns, from: &random), shape: shape)
    }
  }

  private func entry(_ name: String) throws(ImportError) -> (shape: [Int], content: Content) {
    if let entry = contents[name] { return entry }
    throw .malformed(file: path, place: nil, expected: "a tensor \(name)", found: "none")
  }
}

// The tensors of each layer

extension RandomCheckpoint {
  /// The share of an embedded token's variance that its position makes.
  private static let positionShare = 0.5
  /// What all attention branches together, and all MLPs together, add to the variance of 1.
  private static let attentionVariance = 0.25
  private static let hiddenVariance = 0.75

  private mutating func addEmbedding(_ geometry: ViTGeometry) {
    let reach = (3 * Self.positionShare).squareRoot()
    contents["cls_token"] = ([1, 1, geometry.width], .even(center: 0, reach: reach))
    let positions = [1, geometry.tokens, geometry.width]
    contents["pos_embed"] = (positions, .even(center: 0, reach: reach))
    addLinear(
      "patch_embed.proj",
      [geometry.width, geometry.channels] + geometry.patch,
      bits: QuantizedLayers.outerBits,
      input: .signed(deviation: 1),
      variance: 1 - Self.positionShare
    )
  }

  private mutating func addBlock(_ block: Int, _ geometry: ViTGeometry) {
    let name = "blocks.\(block)"
    addNorm("\(name).norm1", geometry.width)
    addAttention(name, block, geometry)
    addNorm("\(name).norm2", geometry.width)
    addMLP(name, geometry)
  }

  private mutating func addAttention(_ name: String, _ block: Int, _ geometry: ViTGeometry) {
    let width = geometry.width
    addLinear(
      "\(name).attn.qkv",
      [3 * width, width],
      bits: bits,
      input: .signed(deviation: 1)
    )
    for operand in ["q_act", "k_act", "v_act"] {
      addQuantizer(
        "\(name).attn.\(operand)",
        .signed(deviation: 1),
        bits: bits,
        count: geometry.heads
      )
    }
    addQuantizer(
      "\(name).attn.attn_act",
      .probabilities(count: geometry.tokens),
      bits: bits,
      count: geometry.heads
    )
    addLinear(
      "\(name).attn.proj",
      [width, width],
      bits: bits,
      input: .signed(deviation: Self.mixedDeviation(block, geometry)),
      variance: Self.attentionVariance / Double(geometry.depth)
    )
  }

  private mutating func addMLP(_ name: String, _ geometry: ViTGeometry) {
    let width = geometry.width
    addLinear(
      "\(name).mlp.fc1",
      [4 * width, width],
      bits: bits,
      input: .signed(deviation: 1)
    )
    addLinear(
      "\(name).mlp.fc2",
      [width, 4 * width],
      bits: bits,
      input: .gelu,
      variance: Self.hiddenVariance / Double(geometry.depth)
    )
  }

  /// The deviation of a mean of values that attention weighs.
  ///
  /// Independent tokens leave the share Σp²; what tokens have in common stays whole, and every block
  /// before has added to it.
  private static func mixedDeviation(_ block: Int, _ geometry: ViTGeometry) -> Double {
    let independent =
      ActivationModel.probabilities(count: geometry.tokens).meanSquare * Double(geometry.tokens)
    let common = 0.02 + attentionVariance * Double(block) / Double(geometry.depth)
    return (independent + common).squareRoot()
  }

  private mutating func addNorm(_ name: String, _ width: Int) {
    contents[name + ".weight"] = ([width], .even(center: 1, reach: 0.25))
    contents[name + ".bias"] = ([width], .even(center: 0, reach: 0.1))
  }

  /// A layer of weights `shape`, rows first, whose results have the given variance.
  private mutating func addLinear(
    _ name: String,
    _ shape: [Int],
    bits: Int,
    input: ActivationModel,
    variance: Double = 1
  ) {
    let terms = Double(shape[1...].reduce(1, *))
    // Scales between 3/4 and 5/4 of the middle have the mean square 49/48.
    let square = input.meanSquare * WeightCodes(bits: bits).meanSquare * 49 / 48
    let scale = (variance / (terms * square)).squareRoot()
    contents[name + ".weight"] = (shape, .weights(bits: bits))
    contents[name + ".alpha"] = ([shape[0]], .even(center: scale, reach: scale / 4))
    let reach = 0.25 * variance.squareRoot()
    contents[name + ".bias"] = ([shape[0]], .even(center: 0, reach: reach))
    addQuantizer(name + ".act", input, bits: bits, count: shape[1])
  }

  private mutating func addQuantizer(
    _ name: String,
    _ activation: ActivationModel,
    bits: Int,
    count: Int
  ) {
    let codes = activation.codes(bits: bits)
    contents[name + ".alpha"] = ([count], .constant(codes.scale))
    contents[name + ".zero_point"] = ([count], .constant(Double(codes.zeroPoint)))
    contents[name + ".signed"] = ([1], .constant(codes.isSigned ? 1 : 0))
  }
}

extension SplitMix64 {
  /// Numbers evenly spread between center − reach and center + reach.
  fileprivate mutating func even(_ count: Int, center: Double, reach: Double) -> [Float] {
    (0..<count).map { _ in
      let unit = Double(next() >> 40) / 0x1p24
      return Float(center + reach * (2 * unit - 1))
    }
  }
}
