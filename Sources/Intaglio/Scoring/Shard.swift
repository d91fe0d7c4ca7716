/// One of several equal parts of a stream: `2/5` is every fifth image, from the second on.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
  /// 1 for the first.
  public let index: Int
  public let count: Int

  public static let whole = Shard(index: 1, count: 1)

  private init(index: Int, count: Int) { (self.index, self.count) = (index, count) }

  /// `i/n` with 1 ≤ i ≤ n; `nil` for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]),
      count >= 1, (1...count).contains(index)
    else { return nil }
    self.init(index: index, count: count)
  }

  public var description: String { "\(index)/\(count)" }

  /// Whether it has image `position` of the stream, counted from 0.
  func contains(_ position: Int) -> Bool { position % count == index - 1 }
}
