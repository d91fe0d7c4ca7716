/// What the tensors of a Vision Transformer are called, part by part.
///
/// Every dialect has the same parts under names of its own. A name is that of a layer, whose tensors are
/// `NAME.weight` and `NAME.bias`, or of one tensor. `nil` where the model has no such part.
struct ViTNames: Sendable, Equatable {
  var patches = "patch_embed.proj"
  /// The positions' tensor; `nil` where positions are relative alone.
  var positions: String? = "pos_embed"
  /// The tokens in front of the patches, in their order, as far as the tensors are there.
  var prefix = ["cls_token", "dist_token", "reg_token"]
  /// Whether tokens and positions have no axis of samples: `[width]`, `[tokens, width]`.
  var areTokensFlat = false
  var preNorm: String? = "norm_pre"
  /// In front of the number of a block.
  var blocks = "blocks"
  var block = Block()
  /// A norm over tokens, before they are pooled.
  var norm: String? = "norm"
  /// A norm over the pooled features.
  var poolNorm: String? = "fc_norm"
  var head: String? = "head"
  /// Of the distillation token.
  var secondHead: String? = "head_dist"
  /// The relative positions that all blocks share.
  var sharedBias: String?

  /// The parts of a block, behind `blocks.N.`.
  struct Block: Sendable, Equatable {
    var norm1 = "norm1"
    var norm2 = "norm2"
    /// In front of the names of values that no tensor names.
    var attention = "attn"
    var projections = Projections.joint("attn.qkv")
    var output = "attn.proj"
    var firstScale: String? = "ls1.gamma"
    var secondScale: String? = "ls2.gamma"
    /// In front of the names of values that no tensor names.
    var mlp = "mlp"
    var hidden = "mlp.fc1"
    var last = "mlp.fc2"
    /// The table of relative positions.
    var bias: String?
  }

  /// How queries, keys and values are made.
  enum Projections: Sendable, Equatable {
    /// By one layer.
    case joint(String)
    /// By one layer whose bias stands in two tensors; keys have none.
    case jointWithout(String, queryBias: String, valueBias: String)
    case separate(query: String, key: String, value: String)

    /// The layer that tells the width of all heads.
    var first: String {
      switch self {
      case .joint(let name), .jointWithout(let name, _, _): name
      case .separate(let query, _, _): query
      }
    }
  }

  /// Block `index`, with a dot behind.
  func prefix(of index: Int) -> String { "\(blocks).\(index)." }
}
