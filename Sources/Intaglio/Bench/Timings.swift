/// How long the calls of a program took.
public struct Timings: Sendable, Hashable {
  /// In seconds, the shortest first.
  public let seconds: [Double]

  /// - Precondition: there is at least one.
  public init(_ seconds: [Double]) {
    precondition(!seconds.isEmpty, "no call was timed")
    self.seconds = seconds.sorted()
  }

  public var count: Int { seconds.count }
  public var least: Double { seconds[0] }
  public var median: Double { quantile(0.5) }
  /// What 9 of 10 calls did not exceed.
  public var p90: Double { quantile(0.9) }
  /// What 99 of 100 calls did not exceed.
  public var p99: Double { quantile(0.99) }

  /// The least time that at least `share` of the calls did not exceed.
  private func quantile(_ share: Double) -> Double {
    seconds[max(0, Int((share * Double(count)).rounded(.up)) - 1)]
  }
}
