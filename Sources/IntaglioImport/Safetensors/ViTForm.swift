/// What a Vision Transformer computes beyond what its shapes tell.
struct ViTForm: Sendable, Equatable {
  var names = ViTNames()
  var pooling = Pooling.token
  /// Where a block normalizes.
  var order = NormOrder.before
  /// Whether the MLP's first layer makes a gate and, behind it, what the gate is multiplied by.
  var isGated = false
  /// Whether the pooled features go through tanh, as behind the pooler of a ViT without a head.
  var isPooledByTanh = false
  /// How positions of another grid than the image's become its own; `nil` where they may not be others.
  var resampling: PositionResampling?
  /// What the output is called where there is no head.
  static let features = "features"
}

enum NormOrder: Sendable, Equatable {
  /// x + f(norm(x)).
  case before
  /// x + norm(f(x)).
  case behind
}

/// Which tokens the logits are read from.
enum Pooling: Sendable, Equatable {
  /// The class token, or the mean of the logits of class and distillation token.
  case token
  /// The mean of the patch tokens.
  case average
  /// The mean of all tokens.
  case averageOfAll
  /// The class token and, behind it, the mean of the patch tokens.
  case tokenAndAverage
  /// Attention of one learned query over the patch tokens, or over all.
  case attention(AttentionPool, includesPrefix: Bool)
}

/// The tensors of pooling by attention: softmax(query·keysᵀ / √d)·values, a layer, then x + mlp(norm(x)).
struct AttentionPool: Sendable, Equatable {
  /// The query before its layer, `[1, 1, width]`.
  var latent = "attn_pool.latent"
  var projections = Projections.named(query: "attn_pool.q", keysAndValues: "attn_pool.kv")
  var output = "attn_pool.proj"
  var norm = "attn_pool.norm"
  var hidden = "attn_pool.mlp.fc1"
  var last = "attn_pool.mlp.fc2"
  /// In front of the names of values that no tensor names.
  var name = "attn_pool"

  enum Projections: Sendable, Equatable {
    case named(query: String, keysAndValues: String)
    /// PyTorch's `[3·width, width]` with queries, keys and values one after the other.
    case stacked(weight: String, bias: String)
  }
}
