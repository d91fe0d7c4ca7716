/// What timm's name of an architecture says beyond the shapes, such as
/// `vit_tiny_patch16_224.augreg_in21k_ft_in1k` or `deit_small_distilled_patch16_224`.
struct TimmArchitecture: Sendable, Equatable {
  /// How the published weights of that name want an image to be prepared.
  struct Evaluation: Sendable, Equatable {
    let mean: [Double]
    let std: [Double]
    /// The crop over the shorter side after resizing.
    let cropFraction: Double
  }

  let name: String
  let width: Int
  let heads: Int
  /// Height and width of the image in pixels.
  let imageSize: Int
  /// `nil` where names alone do not settle it.
  let evaluation: Evaluation?

  /// What `text` names; `nil` when it is no ViT or DeiT of the plain family.
  init?(_ text: String) {
    let bare = text.split(whereSeparator: { $0 == " " || $0 == "/" }).last.map(String.init) ?? ""
    let parts = bare.split(separator: ".", maxSplits: 1).map(String.init)
    let words = (parts.first ?? "").split(separator: "_").map(String.init)
    guard
      words.count >= 4, ["vit", "deit", "deit3"].contains(words[0]),
      let (width, heads) = Self.extents[words[1]],
      words[2...].contains(where: { $0.hasPrefix("patch") }),
      let size = words.last.flatMap({ Int($0) })
    else { return nil }
    self.name = bare
    self.width = width
    self.heads = heads
    self.imageSize = size
    self.evaluation = Self.evaluation(family: words[0], tag: parts.dropFirst().first, size: size)
  }

  /// Width and heads by size name; 64 per head but for `huge`.
  private static let extents: [String: (width: Int, heads: Int)] = [
    "tiny": (192, 3), "small": (384, 6), "medium": (512, 8), "base": (768, 12),
    "large": (1024, 16), "huge": (1280, 16),
  ]

  /// The values of the weights that timm loads for the name, and of their kin.
  private static func evaluation(family: String, tag: String?, size: Int) -> Evaluation? {
    let crop = size >= 384 ? 1 : 0.9
    switch family {
    case "vit" where tag?.hasPrefix("augreg") ?? true:
      let half = [0.5, 0.5, 0.5]
      return Evaluation(mean: half, std: half, cropFraction: crop)
    case "deit" where tag?.hasPrefix("fb") ?? true:
      return Evaluation(
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
        cropFraction: crop
      )
    default:
      return nil
    }
  }
}
