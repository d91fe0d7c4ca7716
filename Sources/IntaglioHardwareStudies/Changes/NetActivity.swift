/// How often a net changes in one cycle.
public struct NetActivity: Hashable, Sendable {
  public var rises = 0.0
  public var falls = 0.0
  public var count: Double { rises + falls }

  public init(rises: Double = 0, falls: Double = 0) { (self.rises, self.falls) = (rises, falls) }
}
