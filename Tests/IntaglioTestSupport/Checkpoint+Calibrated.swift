extension Checkpoint {
  /// `qvit` with activation scales that use the codes there are.
  package static var calibrated: Checkpoint {
    var checkpoint = Checkpoint.qvit
    for (name, shape) in checkpoint.shapes where name.hasSuffix(".zero_point") {
      let layer = String(name.dropLast(".zero_point".count))
      let scale: Float =
        switch layer {
        case "patch_embed.proj.act", "head.act": 1 / 64
        case _ where layer.hasSuffix("attn_act"): 1 / 16
        case _ where layer.hasSuffix("proj.act"): 1 / 8
        default: 1 / 4
        }
      checkpoint.set("\(layer).alpha", Array(repeating: scale, count: shape[0]))
      checkpoint.set(name, Array(repeating: 0, count: shape[0]))
    }
    return checkpoint
  }
}
