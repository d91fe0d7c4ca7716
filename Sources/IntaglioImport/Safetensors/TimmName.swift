/// A name of timm's, taken apart: family, size, patch and whatever sets one model apart from another.
///
/// `vit_base_patch16_clip_224.openai` is the family `vit`, the size `base`, the patch `patch16`, the
/// variant `clip`, the resolution 224 and the tag `openai`. Names settle what tensors cannot: two
/// models of one list of tensors may norm before their sublayers or behind them.
package struct TimmName: Sendable, Equatable {
  /// The name with its tag, without the repository in front.
  let text: String
  /// What stands between underscores, the tag left out.
  let words: [String]
  let tag: String?

  /// - Parameter text: the name, perhaps behind the name of a library or a repository.
  package init(_ text: String) {
    let bare = text.split(whereSeparator: { $0 == " " || $0 == "/" }).last.map(String.init) ?? ""
    let parts = bare.split(separator: ".", maxSplits: 1).map(String.init)
    self.text = bare
    words = (parts.first ?? "").split(separator: "_").map(String.init)
    tag = parts.dropFirst().first
  }

  /// The name of timm's that stands within `text`, which is the name of a file or a repository: from a
  /// family with patches to the resolution behind the patch, or to the end.
  ///
  /// - Returns: `nil` where there is none: a word such as `map` in a name of somebody's own says nothing.
  static func within(_ text: String) -> TimmName? {
    let words = TimmName(text).words
    guard let patch = words.firstIndex(where: isPatch),
      let first = words[..<patch].lastIndex(where: families.contains)
    else { return nil }
    let last = words[patch...].firstIndex { Int($0) != nil } ?? words.count - 1
    return TimmName(words[first...last].joined(separator: "_"))
  }

  var family: String { words.first ?? "" }

  /// The word behind the family.
  var size: String { words.dropFirst().first ?? "" }

  /// Height and width of the image in pixels, where the name tells them.
  var resolution: Int? { words.last.flatMap { Int($0) } }

  /// The words that are neither family, size, patch nor resolution.
  var variants: [String] {
    words.dropFirst(2).filter { !Self.isPatch($0) && Int($0) == nil }
  }

  /// Why timm's model of this name is another than the one that is built from its tensors; `nil`
  /// where it is the same.
  package var obstacle: String? {
    if let knownObstacle { return knownObstacle }
    if Self.plain.contains(words.joined(separator: "_")) { return nil }
    let isPlain =
      ["vit", "deit", "deit3"].contains(family) && words.contains(where: Self.isPatch)
      && !Self.isPatch(size) && Set(variants).isSubset(of: Self.known)
    return isPlain ? nil : "not known to be a plain ViT or DeiT"
  }

  /// What the model of this name is known to compute otherwise.
  var knownObstacle: String? { words.lazy.compactMap { Self.others[$0] }.first }

  /// The LayerNorm's ε of timm's models of this name.
  package var epsilon: Double { variants.contains("clip") ? 1e-5 : 1e-6 }

  private static func isPatch(_ word: String) -> Bool {
    word.hasPrefix("patch") && Int(word.dropFirst(5)) != nil
  }

  /// First words of models whose images are cut into patches.
  private static let families: Set = [
    "vit", "deit", "deit3", "flexivit", "naflexvit", "samvit", "beit", "beitv2", "eva", "eva02",
  ]

  /// Variants that differ in nothing but dimensions and in what their tensors show.
  private static let known: Set = [
    "distilled", "clip", "gap", "reg1", "reg4", "dinov2", "miil", "plus", "36x1",
  ]

  /// Plain models whose names are built otherwise.
  private static let plain: Set = [
    "eva_large_patch14_196", "eva_large_patch14_336", "flexivit_small", "flexivit_base",
    "flexivit_large", "test_vit",
  ]

  /// Words of models that have the same tensors, or nearly, and compute something else.
  private static let others = [
    "rpn": "it normalizes behind its sublayers",
    "xp": "its attention and MLP stand side by side",
    "18x2": "its blocks stand side by side",
    "rope": "it turns queries and keys by their position",
    "dinov3": "it turns queries and keys by their position",
    "quickgelu": "its activation is quick GELU",
    "siglip": "its activation and pooling differ from size to size",
    "map": "it pools by attention",
    "relpos": "its positions are relative",
    "srelpos": "its positions are relative",
    "samvit": "its attention sees windows",
    "dwee": "its attention is differential",
    "dlittle": "its attention is differential",
  ]
}
