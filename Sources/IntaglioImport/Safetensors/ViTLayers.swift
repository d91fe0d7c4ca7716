import IntaglioGraph

/// What distinguishes one dialect of Vision Transformers from another.
///
/// That is how it multiplies matrices and what stands around its nonlinear functions; the walk from
/// layer to layer is `ViTWalk`'s.
protocol ViTLayers {
  /// The LayerNorms over a head's queries and keys, where the checkpoint has them.
  var queryNorm: HeadNorm { get }
  var keyNorm: HeadNorm { get }
  /// Of the norms in the blocks and at the end.
  var epsilon: Double { get }

  /// `image [1, channels, height, width]` → `[1, width, rows, columns]`, bias included, with the tensors
  /// `name.…`.
  func patchEmbedding(
    _ image: Value,
    _ name: String,
    _ geometry: ViTGeometry,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Value

  /// `x [tokens…, inputs]` → `[tokens…, outputs]`, bias included, with the tensors `name.…`.
  func linear(
    _ x: Value,
    _ name: String,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Value

  /// An operand of an attention product, `[1, heads, tokens, any]`, on its way into it.
  func attentionOperand(
    _ x: Value,
    _ name: String,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Value

  /// What stands between the two layers of the MLP; `name` is that of its function.
  func activation(
    _ x: Value,
    _ name: String,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Value
}

/// A LayerNorm over the width of one head.
struct HeadNorm: Sendable, Equatable {
  /// The last part of its name, such as `q_norm`.
  let name: String
  let epsilon: Double
}
