/// What timm's name of an architecture says beyond the shapes, such as
/// `vit_tiny_patch16_224.augreg_in21k_ft_in1k` or `deit_small_distilled_patch16_224`.
package struct TimmArchitecture: Sendable, Equatable {
  /// How the published weights of that name want an image to be prepared.
  package struct Evaluation: Sendable, Equatable {
    let mean: [Double]
    let std: [Double]
    /// The crop over the shorter side after resizing.
    let cropFraction: Double
  }

  let name: String
  package let width: Int
  package let heads: Int
  /// Height and width of the image in pixels.
  let imageSize: Int
  /// `nil` where names alone do not settle it.
  package let evaluation: Evaluation?

  /// What `text` names; `nil` when it is no ViT, DeiT or BEiT that is known.
  package init?(_ text: String) {
    let parts = TimmName(text)
    guard
      parts.obstacle == nil, Self.families.contains(parts.family),
      let (width, heads) = parts.isGatedGiant
        ? (1536, 24)
        : Self.extents[parts.size + (parts.variants.contains("plus") ? "+" : "")],
      let size = parts.resolution ?? Self.unstatedSize(parts)
    else { return nil }
    self.name = parts.text
    self.width = width
    // The one name of this size with narrower heads.
    self.heads = parts.words == ["vit", "base", "patch16", "gap", "224"] ? 16 : heads
    self.imageSize = size
    self.evaluation =
      Set(parts.variants).isSubset(of: ["distilled"])
      ? Self.evaluation(family: parts.family, tag: parts.tag, size: size) : nil
  }

  private static let families: Set = ["vit", "deit", "deit3", "beit", "beitv2", "flexivit"]

  /// The image of timm's models whose names do not tell it.
  private static func unstatedSize(_ name: TimmName) -> Int? {
    if name.family == "flexivit" { return 240 }
    return name.variants.contains("dinov2") ? 518 : nil
  }

  /// Width and heads by size name; 64 per head but for the largest.
  private static let extents: [String: (width: Int, heads: Int)] = [
    "tiny": (192, 3), "wee": (256, 4), "xsmall": (256, 4), "little": (320, 5), "small": (384, 6),
    "medium": (512, 8), "mediumd": (512, 8), "betwixt": (640, 10), "base": (768, 12),
    "so150m2": (832, 13), "base+": (896, 14), "so150m": (896, 14), "intern300m": (1024, 16),
    "large": (1024, 16), "so400m": (1152, 16), "giantopt": (1536, 16), "huge": (1280, 16),
    "giant": (1408, 16), "gigantic": (1664, 16),
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
