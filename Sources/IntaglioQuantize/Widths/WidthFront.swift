/// What widths cost and what they do to the answers: some choices from wide to narrow.
public struct WidthFront: Sendable {
  /// One choice of widths.
  public struct Point: Sendable {
    public let layers: [QuantizedLayer]
    /// The sum of the divergences that single multiplications cause.
    public let sum: Double
    /// `nil` where it was not tried.
    public internal(set) var trial: WidthTrial?
  }

  /// In descending order of bit operations.
  public internal(set) var points: [Point]
  /// Which of them was chosen.
  public internal(set) var chosen: Int?
}
