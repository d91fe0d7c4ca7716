/// What one side says of an image.
struct Answer: Sendable {
  /// The class with the largest logit; `nil` where one of them is NaN or infinitely large.
  let label: Int?

  init(_ logits: [Double]) { label = Ranking.first(of: logits) }
}
