import IntaglioGraph

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

  /// Why timm's model of this name is another than the one that is built from its tensors and from what
  /// this type tells of the name; `nil` where it is the same.
  package var obstacle: String? {
    if let knownObstacle { return knownObstacle }
    if Self.plain.contains(words.joined(separator: "_")) { return nil }
    let isKnown =
      KnownModels.timmFamilies.contains(family)
      && words.contains(where: Self.isPatch)
      && !Self.isPatch(size) && Set(variants).isSubset(of: KnownModels.timmVariants)
    return isKnown ? nil : "not known to be a ViT, DeiT or BEiT"
  }

  /// What the model of this name is known to compute otherwise.
  var knownObstacle: String? { words.lazy.compactMap { Self.others[$0] }.first }

  /// The LayerNorm's ε of timm's models of this name.
  package var epsilon: Double { variants.contains("clip") ? 1e-5 : Self.usualEpsilon }

  static let usualEpsilon = 1e-6

  /// The MLP's activation of timm's models of this name.
  var activation: Activation {
    if words.contains("quickgelu") { return .quickGELU }
    if isGatedGiant { return .function(.silu) }
    return isTanhSigLIP ? .function(.geluTanh) : .gelu
  }

  /// Where a block of this name normalizes.
  var order: NormOrder { words.contains("rpn") ? .behind : .before }

  /// The giant models of DINOv2 and TIPSv2, whose MLP has a gate.
  var isGatedGiant: Bool {
    size == "giant" && (words.contains("dinov2") || words.contains("tipsv2"))
  }

  /// SigLIP's second generation has the tanh form of GELU where timm has a name of its own for it.
  private var isTanhSigLIP: Bool {
    guard words.contains("siglip") else { return false }
    switch (size, words.first(where: Self.isPatch), resolution) {
    case ("giantopt", _, _), ("so400m", "patch16", _), ("base", "patch32", _): return true
    case ("large", "patch16", 512): return true
    default: return false
    }
  }

  private static func isPatch(_ word: String) -> Bool {
    word.hasPrefix("patch") && Int(word.dropFirst(5)) != nil
  }

  /// First words of models whose images are cut into patches.
  private static let families: Set = [
    "vit", "deit", "deit3", "flexivit", "naflexvit", "samvit", "beit", "beitv2", "eva", "eva02",
  ]

  /// Plain models whose names are built otherwise.
  private static let plain: Set = [
    "eva_large_patch14_196", "eva_large_patch14_336", "flexivit_small", "flexivit_base",
    "flexivit_large", "test_vit",
  ]

  /// Words of models that have the same tensors, or nearly, and compute something else.
  private static let others = [
    "xp": "its attention and MLP stand side by side",
    "18x2": "its blocks stand side by side",
    "rope": "it turns queries and keys by their position",
    "dinov3": "it turns queries and keys by their position",
    "relpos": "its positions are relative",
    "srelpos": "its positions are relative",
    "samvit": "its attention sees windows",
    "dwee": "its attention is differential",
    "dlittle": "its attention is differential",
  ]
}
