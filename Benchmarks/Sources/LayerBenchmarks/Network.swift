/// The dimensions of a network's layers for one image.
public struct Network: Sendable, Hashable {
  public let name: String
  /// How many tokens there are.
  public let tokens: Int
  /// Numbers per token.
  public let width: Int
  public let heads: Int
  /// How many tokens attend to one another; attention runs on `tokens` / `window` windows.
  public let window: Int

  init(_ name: String, tokens: Int, width: Int, heads: Int, window: Int? = nil) {
    (self.name, self.tokens, self.width, self.heads) = (name, tokens, width, heads)
    self.window = window ?? tokens
  }

  public var hidden: Int { 4 * width }
  public var headWidth: Int { width / heads }
  /// Attention matrices: one for each head and window.
  public var attentions: Int { heads * (tokens / window) }

  /// DeiT and ViT at 224 pixels, and the four stages of Swin-T.
  public static let all = [
    Network("deit-t", tokens: 197, width: 192, heads: 3),
    Network("deit-s", tokens: 197, width: 384, heads: 6),
    Network("deit-b", tokens: 197, width: 768, heads: 12),
    Network("vit-l", tokens: 197, width: 1024, heads: 16),
    Network("swin-t stage 1", tokens: 3136, width: 96, heads: 3, window: 49),
    Network("swin-t stage 2", tokens: 784, width: 192, heads: 6, window: 49),
    Network("swin-t stage 3", tokens: 196, width: 384, heads: 12, window: 49),
    Network("swin-t stage 4", tokens: 49, width: 768, heads: 24, window: 49),
  ]
}
