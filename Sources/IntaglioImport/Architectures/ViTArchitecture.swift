import IntaglioData
import IntaglioGraph

/// A Vision Transformer by its name, quantized to a given width, with weights drawn from a seed.
///
/// Speed depends on dimensions and widths alone, so a model without training measures it as well as a
/// trained one. The graph is that of a Q-ViT checkpoint: weights on a scale per output channel,
/// activations on one scale per tensor, 8 bits in the first and the last layer.
public struct ViTArchitecture: Sendable, Hashable {
  /// Such as `deit-s`.
  public let name: String
  /// The width of codes in the blocks, 2 to 8.
  public let bits: Int
  /// Height and width of the image in pixels.
  public let imageSize: Int
  public let depth: Int
  public let width: Int

  /// Height and width of a patch in pixels.
  public static let patchSize = 16
  /// The width of one attention head.
  public static let headWidth = 64
  private static let classes = 1000

  /// - Parameters:
  ///   - name: one of `names`; an underscore may stand for the hyphen.
  ///   - bits: the width of codes in the blocks.
  ///   - imageSize: height and width of the image; 224 when `nil`.
  ///   - depth: how many blocks, instead of the architecture's own number.
  ///   - width: numbers per token, instead of the architecture's own.
  /// - Throws: `ArchitectureError`, naming what does not fit.
  public init(
    named name: String,
    bits: Int,
    imageSize: Int? = nil,
    depth: Int? = nil,
    width: Int? = nil
  ) throws(ArchitectureError) {
    guard let canonical = Self.canonical(name), let extents = Self.extents[canonical] else {
      throw .unknown(name: name)
    }
    (self.name, self.bits) = (canonical, bits)
    self.imageSize = imageSize ?? 224
    self.depth = depth ?? extents.depth
    self.width = width ?? extents.width
    guard (2...8).contains(bits) else { throw .bits(found: bits) }
    try Self.check("image size", self.imageSize, multipleOf: Self.patchSize, upTo: 1024)
    try Self.check("depth", self.depth, multipleOf: 1, upTo: 100)
    try Self.check("width", self.width, multipleOf: Self.headWidth, upTo: 4096)
  }

  /// Every known name, the smallest model of a family first.
  public static let names = [
    "deit-t", "deit-s", "deit-b", "vit-t", "vit-s", "vit-b", "vit-l",
  ]

  /// Whether `text` names an architecture, not a file.
  public static func isName(_ text: String) -> Bool { canonical(text) != nil }

  private static func canonical(_ text: String) -> String? {
    let name = text.split(separator: "_", omittingEmptySubsequences: false).joined(separator: "-")
    return names.first { $0 == name }
  }

  private static let extents: [String: (width: Int, depth: Int)] = [
    "deit-t": (192, 12), "deit-s": (384, 12), "deit-b": (768, 12),
    "vit-t": (192, 12), "vit-s": (384, 12), "vit-b": (768, 12), "vit-l": (1024, 24),
  ]

  private static func check(
    _ what: String,
    _ found: Int,
    multipleOf step: Int,
    upTo limit: Int
  ) throws(ArchitectureError) {
    guard found > 0, found <= limit, found % step == 0 else {
      throw .extent(what: what, step: step, limit: limit, found: found)
    }
  }
}

extension ViTArchitecture {
  /// Name and widths in a few words, such as `deit-s, 3 bits, 224 px`.
  public var title: String {
    var parts = [name, "\(bits) bits", "\(imageSize) px"]
    if let extents = Self.extents[name] {
      if depth != extents.depth { parts.append("depth \(depth)") }
      if width != extents.width { parts.append("width \(width)") }
    }
    return parts.joined(separator: ", ")
  }

  /// How many numbers one image has.
  public var inputCount: Int { 3 * imageSize * imageSize }

  /// About how many numbers its weights are.
  public var parameterCount: Int {
    let tokens = (imageSize / Self.patchSize) * (imageSize / Self.patchSize) + 1
    let ends = 3 * Self.patchSize * Self.patchSize + Self.classes + tokens
    return width * (12 * width * depth + ends)
  }

  /// The model whose weights follow from `seed`: the same on every machine.
  ///
  /// - Throws: `ImportError` when the graph cannot be built, which no valid architecture causes.
  public func model(seed: UInt64) throws(ImportError) -> ImportedModel {
    let geometry = geometry
    let checkpoint = RandomCheckpoint(geometry, bits: bits, name: title, seed: seed)
    let layers = QuantizedLayers(
      bits: bits,
      activationScale: .mean,
      epsilon: 1e-6,
      headEpsilon: 1e-6
    )
    var walk = ViTWalk(
      geometry: geometry,
      layers: layers,
      target: CheckpointGraph(CheckpointTensors(checkpoint))
    )
    let graph = try walk.build()
    try walk.target.tensors.requireAllTaken(by: "Q-ViT")
    let side = Preprocessing.Size(width: imageSize, height: imageSize)
    let preprocessing = try ImportError.reading { () throws(DataError) in
      try Preprocessing(
        resize: .exact(side),
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5]
      )
    }
    let description = ModelDescription(
      name: title,
      source: ModelFormat.qvit.rawValue,
      preprocessing: preprocessing,
      notes: ["random weights of seed \(seed): for measuring speed; its answers mean nothing"]
    )
    return ImportedModel(graph: graph, description: description, format: .qvit)
  }

  private var geometry: ViTGeometry {
    ViTGeometry(
      channels: 3,
      image: [imageSize, imageSize],
      patch: [Self.patchSize, Self.patchSize],
      width: width,
      depth: depth,
      heads: width / Self.headWidth,
      classes: Self.classes,
      prefix: [ViTGeometry.PrefixToken(name: "cls_token", count: 1)],
      embeddedPrefix: 1
    )
  }
}
