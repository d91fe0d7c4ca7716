/// What the tensors of a Swin Transformer are called.
struct SwinNames: Sendable, Equatable {
  var patches = "patch_embed.proj"
  var patchNorm = "patch_embed.norm"
  /// In front of the number of a stage.
  var stages = "layers"
  var block = ViTNames.Block(
    firstScale: nil,
    secondScale: nil,
    bias: "attn.relative_position_bias_table"
  )
  var norm = "norm"
  var head: String? = "head.fc"

  /// In front of the parts of block `block` of a stage.
  func prefix(_ stage: Int, _ block: Int) -> String { "\(stages).\(stage).blocks.\(block)." }

  /// The merging of four neighbours into one, in front of its `norm` and `reduction`.
  func merging(_ stage: Int) -> String { "\(stages).\(stage).downsample." }
}
