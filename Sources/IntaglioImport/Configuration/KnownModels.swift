/// The models that checkpoints are read of, by the names that configurations have for them.
///
/// The readers ask here, and so does the test of `Docs/Formats.md`.
package enum KnownModels {
  /// Hugging Face's classes, as `architectures` names them.
  package static let huggingFaceClasses = HuggingFaceClass.all.map(\.name)

  /// First words of timm's names whose second word is a size.
  package static let timmFamilies = ["vit", "deit", "deit3", "beit", "beitv2"]

  /// Words of timm's names between patch and resolution.
  package static let timmVariants = [
    "distilled", "clip", "gap", "reg1", "reg4", "dinov2", "miil", "plus", "36x1", "rpn",
    "quickgelu",
    "siglip", "map", "tipsv2",
  ]
}
